import { inheritedDefaults, type OrgPreferences } from "../../../preferences/org-preferences.ts";
import { localeOf, type OrgSettings } from "../../../preferences/org-settings.ts";
import { brandOf } from "../../../wordings/brand.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { Badge, Empty, Facts, OutLink } from "../../components/text.tsx";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The quiet hours of the nearest organization that has some. */
function quietHoursOf(line: readonly OrgSettings[]): string {
  const hours = line.find(({ quietHours }) => quietHours !== null)?.quietHours ?? null;
  if (hours === null || !hours.enabled) return "none";
  const days = hours.days.length === 7 ? "every day" : hours.days.map((day) => DAYS[day]).join(", ");
  return `${hours.start} to ${hours.end}, ${days}, by each person's clock`;
}

/** What holds in an organization, by what it has set and what it inherits. */
export function Organization({ set: { own, above } }: { set: OrgPreferences }) {
  const line = own === null ? above : [own, ...above];
  const brand = brandOf(line);
  return (
    <div class="stack">
      <Card title="Your organization">
        <Facts
          facts={[
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
          Changed by <code>{"PATCH /api/v1/orgs/{id}/preferences"}</code> and{" "}
          <code>{"PUT /api/v1/orgs/{id}/brand"}</code>.
        </p>
      </Card>
      <Defaults own={own} above={above} />
    </div>
  );
}

interface Default {
  category: string;
  channel: string;
  on: boolean;
  locked: boolean;
  /** The organization that has set it; null: this one. */
  from: string | null;
}

/** Defaults that hold: a lock from above, what the organization has set, or what it inherits. */
function defaultsOf({ own, above }: OrgPreferences): Default[] {
  const found = new Map<string, Default>();
  const names = new Map(above.map(({ orgId, name }) => [orgId, name ?? "the service"]));
  for (const [category, row] of Object.entries(own?.defaults ?? {}))
    for (const [channel, { on, locked = false }] of Object.entries(row))
      found.set(`${category} ${channel}`, { category, channel, on, locked, from: null });
  for (const [category, row] of Object.entries(inheritedDefaults(above)))
    for (const [channel, { on, locked, orgId }] of Object.entries(row))
      if (locked || !found.has(`${category} ${channel}`))
        found.set(`${category} ${channel}`, {
          category,
          channel,
          on,
          locked,
          from: names.get(orgId) ?? orgId,
        });
  return [...found.values()].toSorted((a, b) => a.category.localeCompare(b.category));
}

const Defaults = (set: OrgPreferences) => {
  const defaults = defaultsOf(set);
  return (
    <Card title="What people get unless they choose" flush>
      {defaults.length === 0 ? (
        <Empty title="No defaults yet">
          People get everything until they choose. Set defaults by category and channel with the preferences
          of your organization.
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
            { head: "May be changed", cell: ({ locked }) => (locked ? "no" : "yes") },
            { head: "Set by", cell: ({ from }) => from ?? "this organization" },
          ]}
        />
      )}
    </Card>
  );
};
