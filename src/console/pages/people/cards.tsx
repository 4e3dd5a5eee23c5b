import { isOfNumber, type Suppression } from "../../../channels/email/suppressions.ts";
import type { WithheldReason } from "../../../db/schema/index.ts";
import { type Device, MOST_SHOWN, type Person, type SubscribedTopic } from "../../../directory/person.ts";
import { DAY, iso } from "../../../lib/clock.ts";
import type { Withheld } from "../../../log/withheld/list.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { Confirm } from "../../components/buttons.tsx";
import { channelName, shortened } from "../../components/names.ts";
import { Badge, Empty, Facts, Id, Time } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";

/** Longer texts are cut in lists. */
const MAX_TEXT = 48;

/** That a list may not be whole. */
const Whole = ({ rows }: { rows: readonly unknown[] }) =>
  rows.length < MOST_SHOWN ? null : (
    <p class="pager small muted">The first {MOST_SHOWN}. An export has all.</p>
  );

/** Who it is. */
export function FactsCard({ person: { user, orgName }, viewer }: { person: Person; viewer: Viewer }) {
  return (
    <Card title="Facts">
      <Facts
        facts={[
          ["Id", <Id id={user.id} />],
          ["Name", user.name],
          [
            "Address",
            user.email && (
              <span class="row">
                {user.email}
                {user.email_verified ? (
                  <Badge tone="good">verified</Badge>
                ) : (
                  <Badge tone="warn">not verified</Badge>
                )}
              </span>
            ),
          ],
          [
            "Phone",
            user.phone && (
              <span class="row">
                {user.phone}
                {user.phone_verified ? (
                  <Badge tone="good">verified</Badge>
                ) : (
                  <Badge tone="warn">not verified</Badge>
                )}
              </span>
            ),
          ],
          ["Organization", user.org_id && (orgName === null ? user.org_id : `${orgName} (${user.org_id})`)],
          ["Language", user.locale],
          ["Time zone", user.timezone],
          ["Known since", <Time at={user.created_at} viewer={viewer} />],
          ["Changed", <Time at={user.updated_at} viewer={viewer} />],
        ]}
      />
    </Card>
  );
}

const CAUSES = {
  bounce: "It bounced",
  complaint: "Its owner complained of spam",
  unsubscribed: "Its owner has unsubscribed",
} as const satisfies Record<Suppression["reason"], string>;

const BEFORE_LIFTING = {
  bounce: "If it bounces again, it is suppressed again. Many bounces harm the reputation of your domain.",
  complaint: "They have called your mail spam. Lift it only if they have asked for it.",
  unsubscribed: "They have sent STOP. Lift it only if they have asked for it; START does it, too.",
} as const satisfies Record<Suppression["reason"], string>;

/** That an address gets no mail, or a number no text message. @param lift where to lift it, and its id; null: the viewer may not */
export function SuppressionCard({
  suppression,
  viewer,
  lift,
}: {
  suppression: Suppression;
  viewer: Viewer;
  lift: { action: string; id: string } | null;
}) {
  return (
    <Card title={isOfNumber(suppression) ? "Suppressed number" : "Suppressed address"}>
      <Facts
        facts={[
          [isOfNumber(suppression) ? "Number" : "Address", suppression.email],
          ["Why", CAUSES[suppression.reason]],
          ["Since", <Time at={suppression.created_at} viewer={viewer} />],
          [
            "Until",
            suppression.expires_at === null ? (
              "for ever"
            ) : (
              <Time at={suppression.expires_at} viewer={viewer} />
            ),
          ],
        ]}
      />
      {lift === null ? (
        <p class="small muted">Who operates the service can lift it.</p>
      ) : (
        <div>
          <Confirm
            id={isOfNumber(suppression) ? "lift-number" : "lift"}
            action={lift.action}
            label="Lift"
            title={
              isOfNumber(suppression)
                ? "Send text messages to this number again?"
                : "Send e-mail to this address again?"
            }
            look="primary"
          >
            <input type="hidden" name="suppression" value={lift.id} />
            <p>{BEFORE_LIFTING[suppression.reason]}</p>
          </Confirm>
        </div>
      )}
    </Card>
  );
}

export const DevicesCard = ({ devices, viewer }: { devices: readonly Device[]; viewer: Viewer }) => (
  <Card title="Devices" flush>
    {devices.length === 0 ? (
      <Empty title="No devices">The app registers one when its user allows notifications.</Empty>
    ) : (
      <>
        <Table
          label="List of devices"
          rows={devices}
          columns={[
            {
              head: "Platform",
              cell: ({ platform, provider, app, app_version }) => (
                <>
                  {platform}{" "}
                  <span class="small muted">{[provider, app, app_version].filter(Boolean).join(" · ")}</span>
                </>
              ),
            },
            {
              head: "State",
              cell: ({ invalidated_at, invalid_reason }) =>
                invalidated_at === null ? (
                  <Badge tone="good">works</Badge>
                ) : (
                  <Badge tone="bad">{invalid_reason ?? "invalid"}</Badge>
                ),
            },
            {
              head: "Last used",
              cell: ({ last_used_at, registered_at }) => (
                <span class="nowrap">
                  <Time at={last_used_at ?? registered_at} viewer={viewer} />
                </span>
              ),
            },
          ]}
        />
        <Whole rows={devices} />
      </>
    )}
  </Card>
);

export const TopicsCard = ({ topics }: { topics: readonly SubscribedTopic[] }) => (
  <Card title="Topics" flush>
    {topics.length === 0 ? (
      <Empty title="No topics">
        Subscribe them with <code>PUT /api/v1/topics/{"{topic}"}/subscribers</code>.
      </Empty>
    ) : (
      <>
        <Table
          label="List of topics"
          rows={topics}
          columns={[
            { head: "Topic", cell: ({ id, name }) => shortened(name ?? id, MAX_TEXT) },
            { head: "Id", cell: ({ id }) => <code>{shortened(id, MAX_TEXT)}</code> },
            { head: "Organization", cell: ({ org_id }) => (org_id === "" ? "the service" : org_id) },
          ]}
        />
        <Whole rows={topics} />
      </>
    )}
  </Card>
);

const WHY = {
  below_threshold: "the match scored too low",
  switched_off: "switched off by the person",
  nothing_to_say: "there was nothing to say",
  unknown_user: "the user was not known",
  unknown_grant: "the grant was not known",
  unsubscribed: "switched off by the person or the organization",
  no_address: "no address",
  unverified: "the address is not verified",
  suppressed: "the address is suppressed",
  no_device: "no device",
  no_number: "no phone number",
  invalid_number: "the phone number is not in international form",
  number_unverified: "the phone number is not verified",
  no_country: "the organization has no country",
  country_not_allowed: "the number is of another country",
  no_words: "no words in use",
  throttled: "had as many as the type allows",
  duplicate: "was told already",
} as const satisfies Record<WithheldReason, string>;

/** What was never made. @param days so many are looked at */
export const WithheldCard = ({ withheld, days }: { withheld: readonly Withheld[]; days: number }) => (
  <Card title="Never made" flush>
    {withheld.length === 0 ? (
      <Empty title="Nothing was withheld">
        Of messages that are not made, there is a count here for {days} days.
      </Empty>
    ) : (
      <Table
        label="List of what was never made"
        rows={withheld}
        columns={[
          { head: "Day", cell: ({ day }) => <span class="nowrap">{iso(day * DAY).slice(0, 10)}</span> },
          {
            head: "Message",
            cell: ({ type, channel }) => (
              <>
                {type} <span class="small muted">{channelName(channel)}</span>
              </>
            ),
          },
          { head: "Why", cell: ({ reason }) => WHY[reason] },
          { head: "Times", numeric: true, cell: ({ n }) => n },
        ]}
      />
    )}
  </Card>
);
