import { type SQL, sql } from "drizzle-orm";
import { inScope, orgTree, type Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { selectWhole } from "../db/json.ts";
import {
  type Dispatch,
  type DispatchStatus,
  dispatches,
  type Event,
  events,
  type EventStatus,
} from "../db/schema/index.ts";
import type { Decoded } from "../db/statement.ts";
import { MINUTE } from "../lib/clock.ts";
import { notFound } from "../lib/failure.ts";
import { type Linked, followedBy } from "../log/read.ts";

/** How many messages an event has, by channel and status, and why some have failed. */
export interface Counts {
  counts: Record<string, Record<string, number>>;
  /** Channel → error code → how many. */
  errors: Record<string, Record<string, number>>;
  /** Epoch ms. */
  countedAt: number;
}

/** Of events with more messages, an isolate counts the messages at most once a minute. */
const COUNTED_EACH_TIME = 5_000;
const COUNTS_KEPT_MS = MINUTE;
/** Events whose counts an isolate keeps; the oldest is dropped first. */
const MOST_KEPT = 100;
const kept = new Map<string, Counts>();

const isVisible = (scope: Scope): SQL => inScope(scope, { userId: sql`NULL`, orgId: events.org_id });

const findEvent = (scope: Scope, id: string): Decoded<Event> =>
  selectWhole(events, sql`id = ${id} AND ${isVisible(scope)}`);

/** An event and its counts. Two round trips, or one where the counts are kept. @throws 404 */
export async function getEvent(ctx: Ctx, scope: Scope, id: string): Promise<{ event: Event } & Counts> {
  const { found } = await ctx.db.read({ found: findEvent(scope, id) });
  const [event] = found;
  if (event === undefined) throw notFound("event");
  return { event, ...(await countedOf(ctx, event)) };
}

/** The counts of an event that is known. One round trip at most. */
export async function countedOf(ctx: Ctx, { id, message_count, dry_run }: Event): Promise<Counts> {
  const now = ctx.clock.now();
  if (dry_run) return { counts: {}, errors: {}, countedAt: now };
  const known = kept.get(id);
  if (known !== undefined && message_count > COUNTED_EACH_TIME && now - known.countedAt < COUNTS_KEPT_MS)
    return known;
  const { rows } = await ctx.db.read({
    rows: sql<{
      channel: string;
      status: string;
      error_code: string | null;
      n: number;
    }>`SELECT channel, status,
        error_code, count(*) AS n FROM ${dispatches} WHERE batch_id = ${id} GROUP BY channel, status, error_code`,
  });
  const counted: Counts = { counts: {}, errors: {}, countedAt: now };
  for (const { channel, status, error_code, n } of rows) {
    add(counted.counts, channel, status, n);
    if (error_code !== null) add(counted.errors, channel, error_code, n);
  }
  const [oldest] = kept.keys();
  if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  if (message_count > COUNTED_EACH_TIME) kept.set(id, counted);
  return counted;
}

function add(sums: Record<string, Record<string, number>>, channel: string, name: string, n: number): void {
  const ofChannel = (sums[channel] ??= {});
  ofChannel[name] = (ofChannel[name] ?? 0) + n;
}

/** Rows that one page looks through for those that the filter names: it may be short, and its cursor leads on. */
const LOOKED_THROUGH = 1_000;

/** A page, and the id after which the next one begins; null: it is the last. */
export interface PageById<T> {
  rows: T[];
  next: string | null;
}

/** @param looked the ids that were looked through, the last one first in `last` */
function pageOf<T extends { id: string }>(
  rows: readonly T[],
  limit: number,
  looked: { last: string | null; n: number } | undefined,
): PageById<T> {
  const shown = rows.slice(0, limit);
  if (rows.length > limit) return { rows: shown, next: shown.at(-1)?.id ?? null };
  const isMore = looked !== undefined && looked.n >= LOOKED_THROUGH;
  return { rows: shown, next: isMore ? looked.last : null };
}

/** After every UUID. */
const AFTER_ALL = "g";

/** What a list of events shows. */
export interface EventFilter {
  type: string | undefined;
  status: EventStatus | undefined;
  /** The id after which the page begins; `""`: the first page. */
  before: string;
  limit: number;
}

/** Events, newest first. One round trip. */
export async function listEvents(
  ctx: Ctx,
  scope: Scope,
  { type, status, before, limit }: EventFilter,
): Promise<PageById<Event>> {
  const older = sql`id < ${before === "" ? AFTER_ALL : before}`;
  const isFiltered = type !== undefined || status !== undefined;
  const most = isFiltered ? LOOKED_THROUGH : limit + 1;
  // Each organization gives its newest events, by the index: what is sorted does not grow with the table.
  const visible =
    scope.kind === "all"
      ? sql`SELECT id FROM ${events} WHERE ${older} ORDER BY id DESC LIMIT ${most}`
      : scope.kind === "org"
        ? sql`SELECT e.id FROM ${orgTree(scope.orgId)} AS t CROSS JOIN ${events} AS e WHERE e.id IN (SELECT id FROM ${events}
            WHERE org_id = t.id AND ${older} ORDER BY id DESC LIMIT ${most})
            ORDER BY e.id DESC LIMIT ${LOOKED_THROUGH}`
        : sql`SELECT id FROM ${events} WHERE false`;
  // The + keeps SQLite from taking another index than the key.
  const isAsked = sql`${type === undefined ? sql`true` : sql`+type = ${type}`}
    AND ${status === undefined ? sql`true` : sql`+status = ${status}`}`;
  const { rows, looked } = await ctx.db.read({
    rows: selectWhole(events, sql`id IN (${visible}) AND ${isAsked} ORDER BY id DESC LIMIT ${limit + 1}`),
    looked: isFiltered
      ? [sql<{ last: string | null; n: number }>`SELECT min(id) AS last, count(*) AS n FROM (${visible})`]
      : [],
  });
  return pageOf(rows, limit, looked[0]);
}

/** An event's messages in the order in which they were made; those that the caller may see. One round trip. @throws 404 */
export async function listMessages(
  ctx: Ctx,
  scope: Scope,
  id: string,
  filter: { status: DispatchStatus | undefined; channel: string | undefined; after: string; limit: number },
): Promise<PageById<Linked>> {
  const { status, channel, after, limit } = filter;
  const looked = sql`SELECT id FROM ${dispatches} WHERE batch_id = ${id} AND id > ${after} ORDER BY id LIMIT ${LOOKED_THROUGH}`;
  const found = await ctx.db.read({
    event: findEvent(scope, id),
    rows: sql<Dispatch>`SELECT *, ${followedBy} FROM ${dispatches} WHERE id IN (${looked})
      AND ${status === undefined ? sql`true` : sql`+status = ${status}`}
      AND ${channel === undefined ? sql`true` : sql`+channel = ${channel}`}
      AND ${inScope(scope, { userId: sql`+user_id`, orgId: sql`+org_id` })} ORDER BY id LIMIT ${limit + 1}`,
    looked: sql<{ last: string | null; n: number }>`SELECT max(id) AS last, count(*) AS n FROM (${looked})`,
  });
  if (found.event.length === 0) throw notFound("event");
  return pageOf(found.rows, limit, found.looked[0]);
}
