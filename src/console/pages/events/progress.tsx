import { eventView } from "../../../api/events/view.ts";
import { type Event, STATUSES, UNFINISHED } from "../../../db/schema/index.ts";
import type { Counts } from "../../../events/read.ts";
import { MINUTE } from "../../../lib/clock.ts";
import { printId } from "../../../lib/ids.ts";
import { readOwnType } from "../../../types/own-type.ts";
import { Card, Stat, Table } from "../../components/boxes.tsx";
import { channelName } from "../../components/names.ts";
import { Badge, Status } from "../../components/text.tsx";
import { figure, sumOf } from "../../figures.ts";
import { meaningOf } from "./reasons.ts";

/** An event with the counts of its messages. */
export type Seen = { event: Event } & Counts;

/** Sending what is due takes seconds. What waits for longer (a time, quiet hours, a quota) is not watched. */
const WATCHED_MS = 10 * MINUTE;

const unsentIn = (counts: Counts["counts"]): number =>
  Object.values(counts).reduce(
    (sum, ofChannel) => sum + UNFINISHED.reduce((n, status) => n + (ofChannel[status] ?? 0), 0),
    0,
  );

/** Whether something is left that could be cancelled. */
export const isUnfinished = ({ event, counts }: Seen): boolean =>
  !event.dry_run && event.status !== "cancelled" && (event.status === "running" || unsentIn(counts) > 0);

/** Whether its numbers are about to change. */
function isMoving({ event, counts }: Seen, now: number): boolean {
  if (event.next_at !== null) return true;
  const isNew = now - Math.max(event.updated_at, event.send_at ?? 0) < WATCHED_MS;
  return unsentIn(counts) > 0 && isNew && (event.send_at ?? 0) <= now;
}

/** How an event does, in a sentence. */
function stateOf({ event, counts }: Seen, now: number): string {
  const unsent = unsentIn(counts);
  if (event.dry_run)
    return event.status === "running"
      ? "It is going through the recipients: nothing is sent."
      : "It was a dry run: nothing is sent.";
  if (event.status === "running") return "Its messages are being made.";
  if (event.status === "cancelled")
    return event.next_at === null
      ? "It is cancelled. What had been sent before stays sent."
      : "It is being cancelled.";
  if (unsent === 0) return event.message_count === 0 ? "Nobody gets a message." : "All messages are handled.";
  return (event.send_at ?? 0) > now
    ? `All messages are made. ${figure(unsent)} wait for their time.`
    : `All messages are made. ${figure(unsent)} are still to be sent.`;
}

interface ChannelRow {
  channel: string;
  made: number;
  statuses: readonly (readonly [status: string, n: number])[];
  skipped: number;
}

/** Its channels in their order. A recipient and a channel are either a message or a reason why there is none. */
function channelsOf({ event, counts }: Seen): ChannelRow[] {
  const { channels, skipped, recipient_count } = eventView(event);
  return readOwnType(event.type_data)
    .channels.filter(({ channel }) => channels === null || channels.includes(channel))
    .map(({ channel }) => ({
      channel,
      made: Math.max(0, recipient_count - sumOf(skipped[channel])),
      statuses: STATUSES.flatMap((status) => {
        const n = counts[channel]?.[status] ?? 0;
        return n === 0 ? [] : [[status, n] as const];
      }),
      skipped: sumOf(skipped[channel]),
    }));
}

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

/** The bar: handled recipients while messages are made, then handled messages. Undefined: nobody knows how many there will be. */
function barOf({ event, counts }: Seen): { value?: number; max: number } {
  const { recipients } = eventView(event);
  if (event.status === "running")
    return recipients.user_count === undefined
      ? { max: 1 }
      : { value: event.recipient_count, max: Math.max(1, recipients.user_count) };
  const all = Object.values(counts).reduce((sum, ofChannel) => sum + sumOf(ofChannel), 0);
  return all === 0 ? { value: 1, max: 1 } : { value: all - unsentIn(counts), max: all };
}

/** Why recipients got none on a channel. */
const Reasons = ({ seen: { event, errors } }: { seen: Seen }) => {
  const rows = [...reasonsIn(eventView(event).skipped, false), ...reasonsIn(errors, true)].toSorted(
    (a, b) => b.n - a.n,
  );
  return rows.length === 0 ? null : (
    <Card title="Why some got none" flush>
      <Table
        label="Reasons"
        rows={rows}
        columns={[
          { head: "Channel", cell: ({ channel }) => channelName(channel) },
          { head: "Reason", cell: ({ code }) => <code>{code}</code> },
          { head: "What it means", cell: ({ code }) => meaningOf(code) },
          {
            head: "Message",
            cell: ({ wasMade }) => <span class="nowrap">{wasMade ? "made" : "not made"}</span>,
          },
          { head: "Number", numeric: true, cell: ({ n }) => figure(n) },
        ]}
      />
    </Card>
  );
};

/**
 * How an event does, by channel. It asks again while it moves; when it is done, it has the list of messages shown again.
 * @param isUpdate whether it takes the place of an earlier one
 */
export function Progress({ seen, now, isUpdate = false }: { seen: Seen; now: number; isUpdate?: boolean }) {
  const { event } = seen;
  const path = `/console/events/${printId("evt", event.id)}`;
  const moves = isMoving(seen, now);
  const rows = channelsOf(seen);
  const skipped = rows.reduce((sum, row) => sum + row.skipped, 0);
  const polling = moves
    ? {
        "hx-get": `${path}/progress`,
        "hx-trigger": "every 3s",
        "hx-swap": "outerHTML",
        "hx-status:4xx": "swap:none",
        "hx-status:5xx": "swap:none",
      }
    : {};
  return (
    <div class="stack" id="progress" {...polling}>
      <Card title="Progress" actions={<Status status={event.status} />}>
        <p role="status">{stateOf(seen, now)}</p>
        <progress class="progress" aria-label="How much is done" {...barOf(seen)} />
        <div class="stats">
          <Stat name="Recipients handled" value={figure(event.recipient_count)} />
          <Stat name="Messages made" value={figure(event.message_count)} />
          <Stat name="Skipped" value={figure(skipped)} />
        </div>
      </Card>
      <Card title="By channel" flush>
        <Table
          label="Channels"
          rows={rows}
          columns={[
            { head: "Channel", cell: ({ channel }) => channelName(channel) },
            { head: "Made", numeric: true, cell: ({ made }) => figure(made) },
            {
              head: "Their status",
              cell: ({ statuses }) =>
                statuses.length === 0 ? (
                  <span class="muted">–</span>
                ) : (
                  <span class="row">
                    {statuses.map(([status, n]) => (
                      <span class="nowrap">
                        <Status status={status} /> {figure(n)}
                      </span>
                    ))}
                  </span>
                ),
            },
            { head: "Skipped", numeric: true, cell: ({ skipped: n }) => figure(n) },
          ]}
        />
      </Card>
      <Reasons seen={seen} />
      {isUpdate && !moves && (
        <div
          hx-get={path}
          hx-trigger="load"
          hx-select="#messages"
          hx-target="#messages"
          hx-swap="outerHTML"
        />
      )}
    </div>
  );
}

/** What a dry run has found: how many would get it, and why others would not. It asks again while it runs. */
export function DryRun({ seen, now }: { seen: Seen; now: number }) {
  const { event } = seen;
  const moves = isMoving(seen, now);
  const polling = moves
    ? {
        "hx-get": `/console/events/${printId("evt", event.id)}/dry-run`,
        "hx-trigger": "every 3s",
        "hx-swap": "outerHTML",
        "hx-status:4xx": "swap:none",
        "hx-status:5xx": "swap:none",
      }
    : {};
  return (
    <div class="stack" id="dry-run" {...polling}>
      <Card title="Dry run" actions={<Badge tone="info">nothing is sent</Badge>}>
        <p role="status">
          {moves ? "It is still going through the recipients. So far, of " : "Of "}
          {figure(event.recipient_count)} {event.recipient_count === 1 ? "recipient" : "recipients"}{" "}
          {figure(event.message_count)} {event.message_count === 1 ? "message" : "messages"} would be made.
        </p>
        {moves && <progress class="progress" aria-label="It is counting" />}
      </Card>
      <Card title="By channel" flush>
        <Table
          label="Channels"
          rows={channelsOf(seen)}
          columns={[
            { head: "Channel", cell: ({ channel }) => channelName(channel) },
            { head: "Would get it", numeric: true, cell: ({ made }) => figure(made) },
            { head: "Would not", numeric: true, cell: ({ skipped }) => figure(skipped) },
          ]}
        />
      </Card>
      <Reasons seen={seen} />
    </div>
  );
}
