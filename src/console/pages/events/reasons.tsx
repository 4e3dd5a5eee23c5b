import { eventView } from "../../../api/events/view.ts";
import type { Counts } from "../../../events/read.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { channelName } from "../../components/names.ts";
import { figure } from "../../figures.ts";
import type { Seen } from "./state.ts";

/** What the codes mean that are counted for an event. A code without a line here is a provider's. */
const REASONS: Readonly<Record<string, string>> = {
  // Why a message was not made.
  unsubscribed: "Switched off by the recipient or an organization",
  no_address: "No e-mail address",
  unverified: "The address is not confirmed",
  suppressed: "The address bounced or complained",
  no_device: "No device",
  unknown_user: "Not in the directory, or not in the sender's organizations",
  throttled: "Over the type's limit",
  duplicate: "Told before under this key",
  collected: "Part of another message",
  no_words: "Nobody has published words for this channel",
  // Why one that was made was not sent, or is not yet.
  expired: "Too late to be of use",
  quiet_hours: "Waits for the end of quiet hours",
  quota_exceeded: "Over the organization's quota: waits for the next day",
  rate_limited: "Over the user's hourly budget: waits",
  reached_before: "An earlier channel reached the recipient",
  earlier_open: "Waits for an earlier channel",
  event_cancelled: "The event was cancelled",
  sender_not_in_charge: "The recipient has left the sender's organizations",
  words_failed: "The words could not be rendered",
  compose_failed: "The message could not be made",
  nothing_to_say: "Nothing is left to say",
  provider_not_configured: "No provider is configured",
  hard_bounce: "The mailbox does not exist",
};

const meaningOf = (code: string): string => REASONS[code] ?? "Said by the provider";

interface ReasonRow {
  channel: string;
  code: string;
  n: number;
  /** Whether the message was made before. */
  wasMade: boolean;
}

const reasonsIn = (numbers: Counts["errors"], wasMade: boolean): ReasonRow[] =>
  Object.entries(numbers).flatMap(([channel, codes]) =>
    Object.entries(codes).map(([code, n]) => ({ channel, code, n, wasMade })),
  );

/** Why recipients got none on a channel. */
export const Reasons = ({ seen: { event, errors } }: { seen: Seen }) => {
  const rows = [...reasonsIn(eventView(event).skipped, false), ...reasonsIn(errors, true)].toSorted(
    (a, b) => b.n - a.n,
  );
  return rows.length === 0 ? null : (
    <Card title={event.dry_run ? "Why some would get none" : "Why some got none"} flush>
      <Table
        label="Reasons"
        rows={rows}
        columns={[
          {
            head: "Reason",
            cell: ({ code, wasMade }) => (
              <>
                {meaningOf(code)}
                <div class="small muted">
                  <code>{code}</code>
                  {wasMade && ", after it was made"}
                </div>
              </>
            ),
          },
          { head: "Channel", cell: ({ channel }) => channelName(channel) },
          { head: "Number", numeric: true, cell: ({ n }) => figure(n) },
        ]}
      />
    </Card>
  );
};
