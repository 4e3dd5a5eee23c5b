import { sql } from "drizzle-orm";
import { inScope, type Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { dedupeKeys, deliveries, dispatches, events } from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import { restsUntil } from "../../delivery/permit.ts";
import { shownReceiptDueAt } from "../../delivery/receipt-due.ts";
import { notFound } from "../../lib/failure.ts";
import { readTimeline as storedEntries } from "../../outbox/timeline.ts";
import { findDispatch, type Linked } from "../read.ts";
import { type Entry, entriesOf, type EventSource } from "./derive.ts";
import { sentenceOf } from "./sentence.ts";

/** A user has fewer devices than this, and a digest may have more keys. */
const MAX_DELIVERIES = 100;
const MAX_KEYS = 20;

/** What became of a dispatch on one device. Times are epoch ms. */
export interface DeviceDelivery {
  device_id: number;
  status: "accepted" | "retry" | "failed";
  provider: string;
  error: string | null;
  accepted_at: number | null;
  /** When the provider is asked for the receipt; null where there is none to ask for. */
  receipt_due_at: number | null;
}

/** An entry and what it says. */
export type TimelineItem = Entry & { text: string };

export interface Timeline {
  dispatch: Linked;
  /** In order of time. */
  entries: TimelineItem[];
  deliveries: DeviceDelivery[];
  /** The dedupe keys that point to it, the first 20; null for readers who are not staff. */
  keys: string[] | null;
  /** The event that it is a message of. */
  event: EventSource | null;
}

/** What a timeline is told from. */
export interface TimelineRows {
  found: readonly Linked[];
  event: readonly EventSource[];
  devices: readonly DeviceDelivery[];
  keys: readonly { key: string }[];
}

/** Reads it, within a batch. `tellTimeline` makes a timeline of it. */
export function timelineRows(scope: Scope, id: string): Parsed<TimelineRows> {
  const isOurs = inScope(scope, { userId: sql`NULL`, orgId: events.org_id });
  return Parsed.of(
    {
      found: findDispatch(scope, null, id),
      event: sql<EventSource>`SELECT id, iif(${isOurs}, key, NULL) AS key, iif(${isOurs}, created_by, NULL) AS created_by,
          iif(${isOurs}, cancelled_by, NULL) AS cancelled_by
        FROM ${events} WHERE id = (SELECT batch_id FROM ${dispatches} WHERE id = ${id})`,
      devices: sql<DeviceDelivery>`SELECT device_id, status, provider, error, accepted_at, ${shownReceiptDueAt} AS receipt_due_at
        FROM ${deliveries} WHERE dispatch_id = ${id} ORDER BY device_id LIMIT ${MAX_DELIVERIES}`,
      keys: sql<{ key: string }>`SELECT key FROM ${dedupeKeys} WHERE dispatch_id = ${id} LIMIT ${MAX_KEYS}`,
    },
    (rows) => rows,
  );
}

/**
 * All that is known of what happened to a dispatch. Users see their own, without what only staff see: persons, notes, and
 * keys. One round trip; for one that is due, staff also learn whether its providers rest, from their gates.
 * @throws 404
 */
export async function getTimeline(ctx: Ctx, scope: Scope, id: string): Promise<Timeline> {
  const { rows } = await ctx.db.read({ rows: timelineRows(scope, id) });
  return tellTimeline(ctx, scope, rows);
}

/** The timeline of what was read. No round trip to D1. @throws 404 */
export async function tellTimeline(
  ctx: Ctx,
  scope: Scope,
  { found, event, devices, keys }: TimelineRows,
): Promise<Timeline> {
  const forStaff = scope.kind !== "own";
  const [dispatch] = found;
  if (dispatch === undefined) throw notFound("dispatch");
  const traits = { isInbox: ctx.channels.get(dispatch.channel)?.announce != null };
  const all = entriesOf(dispatch, storedEntries(dispatch.timeline), event[0] ?? null, traits);
  const entries = forStaff ? [...all, ...(await restOf(ctx, dispatch))] : all.flatMap(forUser);
  return {
    dispatch,
    entries: entries.map((entry) => ({ ...entry, text: sentenceOf(entry) })),
    deliveries: [...devices],
    event: event[0] ?? null,
    keys: forStaff ? keys.map(({ key }) => key) : null,
  };
}

/** While every provider rests, nothing is written to what waits for them. */
async function restOf(ctx: Ctx, { channel, status, due_at }: Linked): Promise<Entry[]> {
  const now = ctx.clock.now();
  const registered = ctx.channels.get(channel);
  if (status !== "queued" || due_at > now || registered === undefined) return [];
  const until = await restsUntil(ctx, registered);
  return until === null || until <= now ? [] : [{ did: "resting", at: now, until }];
}

/** An entry as its user may see it: without persons, and without what staff note. */
function forUser(entry: Entry): Entry[] {
  if (entry.did === "marked" || entry.did === "noted") return [];
  return [entry.did === "cancelled" || entry.did === "retried" ? { ...entry, by: null } : entry];
}
