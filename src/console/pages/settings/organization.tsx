import type { OrgPreferences } from "../../../preferences/org-preferences.ts";
import { localeOf, type OrgSettings } from "../../../preferences/org-settings.ts";
import { brandOf } from "../../../wordings/brand.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { Badge, Empty, Facts, Id, OutLink } from "../../components/text.tsx";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The quiet hours that hold: those of the nearest organization that has any. */
function quietHoursOf(line: readonly OrgSettings[]): string {
  const hours = line.find(({ quietHours }) => quietHours !== null)?.quietHours ?? null;
  if (hours === null || !hours.enabled) return "none";
  const days = hours.days.length === 7 ? "every day" : hours.days.map((day) => DAYS[day]).join(", ");
  return `${hours.start} to ${hours.end}, ${days}, by each person's clock`;
}

/** What holds in an organization, by what it has set and what it inherits. */
export function Organization({ orgId, set: { own, above } }: { orgId: string; set: OrgPreferences }) {
  const line = own === null ? above : [own, ...above];
  const brand = brandOf(line);
  const defaults = Object.entries(own?.defaults ?? {}).flatMap(([category, row]) =>
    Object.entries(row).map(([channel, cell]) => ({ category, channel, ...cell })),
  );
  return (
    <div class="stack">
      <Card title="Your organization">
        <Facts
          facts={[
            ["Id", <Id id={orgId} />],
            ["Name", own?.name],
            ["Belongs to", above.flatMap(({ name }) => name ?? []).join(", ")],
            ["Quiet hours", quietHoursOf(line)],
            ["Language", `${localeOf(line) ?? "en"}, for people who have none`],
            ["Brand", brand.name],
            ["E-mails come from", brand.senderName],
            ["Replies go to", brand.replyTo],
            ["Logo", brand.logoUrl === null ? null : <OutLink url={brand.logoUrl} />],
            ["Colour", brand.colour === null ? null : <code>{brand.colour}</code>],
            ["Postal address", brand.postalFooter],
          ]}
        />
        <p class="small muted">
          Changed by <code>{`PATCH /api/v1/orgs/${orgId}/preferences`}</code> and{" "}
          <code>{`PUT /api/v1/orgs/${orgId}/brand`}</code>.
        </p>
      </Card>
      <Card title="What people get unless they choose" flush>
        {defaults.length === 0 ? (
          <Empty title="No defaults of its own">
            People get what the organizations above say, or else everything. Set defaults by category and
            channel with the preferences of your organization.
          </Empty>
        ) : (
          <Table
            label="Defaults"
            rows={defaults}
            columns={[
              { head: "Category", cell: ({ category }) => category },
              { head: "Channel", cell: ({ channel }) => channel },
              {
                head: "Default",
                cell: ({ on }) => <Badge tone={on ? "good" : null}>{on ? "on" : "off"}</Badge>,
              },
              { head: "People may change it", cell: ({ locked }) => (locked === true ? "no" : "yes") },
            ]}
          />
        )}
      </Card>
    </div>
  );
}
