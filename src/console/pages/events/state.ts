import { eventView } from "../../../api/events/view.ts";
import { type Event, STATUSES, UNFINISHED } from "../../../db/schema/index.ts";
import type { Counts } from "../../../events/read.ts";
import { MINUTE } from "../../../lib/clock.ts";
import { readOwnType } from "../../../types/own-type.ts";
import { figure, sumOf } from "../../figures.ts";

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
export function isMoving({ event, counts }: Seen, now: number): boolean {
  if (event.next_at !== null) return true;
  const isNew = now - Math.max(event.updated_at, event.send_at ?? 0) < WATCHED_MS;
  return unsentIn(counts) > 0 && isNew && (event.send_at ?? 0) <= now;
}

/** How an event does, in a sentence. */
export function stateOf({ event, counts }: Seen, now: number): string {
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
export function channelsOf({ event, counts }: Seen): ChannelRow[] {
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

/** The bar: handled recipients while messages are made, then handled messages. Undefined: nobody knows how many there will be. */
export function barOf({ event, counts }: Seen): { value?: number; max: number } {
  const { recipients } = eventView(event);
  if (event.status === "running")
    return recipients.user_count === undefined
      ? { max: 1 }
      : { value: event.recipient_count, max: Math.max(1, recipients.user_count) };
  const all = Object.values(counts).reduce((sum, ofChannel) => sum + sumOf(ofChannel), 0);
  return all === 0 ? { value: 1, max: 1 } : { value: all - unsentIn(counts), max: all };
}

/** The attributes of a part that asks for itself again while it moves. */
export const again = (path: string) => ({
  "hx-get": path,
  "hx-trigger": "every 3s",
  "hx-swap": "outerHTML",
});
