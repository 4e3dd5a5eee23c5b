import { type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import { insertRows, JSON_PARAMETER_BYTES } from "../db/json.ts";
import { inPortions } from "../db/portions.ts";
import { countedHours, deadLetters, dispatches, hourlyCounts } from "../db/schema/index.ts";
import { chunks, chunksByBytes } from "../lib/chunks.ts";
import { DAY, HOUR } from "../lib/clock.ts";
import { firstIdAt, timeOfId } from "../lib/ids.ts";
import { IS_TO_PERSON } from "../outbox/channel.ts";
import { COUNTED_STATUS, EVERYONE, firstIdOf, hourOf } from "./hours.ts";

/** Rows that one statement counts. */
const PORTION = 10_000;
/** Rows that one statement removes. */
const REMOVED = 2_000;
/** Hours that are counted together: new ones, and those that are counted again. */
const TOGETHER = 16;
/** Rounds of one run: what an outage has left is done in a few runs. */
const ROUNDS = 8;
/** Queries that write an hour, as a rule. */
const WRITES = 3;
/** Hours of one batch: even large ones stay below its statements. */
const WRITTEN_TOGETHER = 16;
/** Counts name no person, so they may outlive the log: the month's costs need a whole month. */
const LEAST_DAYS_KEPT = 62;

/** How many dispatches of an hour have a channel, a provider and a status in common. */
type Cell = typeof hourlyCounts.$inferInsert;

/**
 * Counts the dispatches of every hour that is over: once, and again each time that the hour is twice as old. So each dispatch
 * is read about ten times in sixty days, and figures are never older than half the age of their hour. An hour is written as
 * a whole, so runs may overlap and be repeated. Then it removes hours that are older than what retention keeps, and at least
 * two months old. Without new dispatches it reads a few rows and writes none.
 * @returns how many hours were counted
 */
export async function countHours(ctx: Ctx): Promise<number> {
  const now = ctx.clock.now();
  let done = 0;
  for (let round = 0; round < ROUNDS && hasRoom(ctx.db); round++) {
    const hours = await hoursToCount(ctx, now);
    if (hours.fresh.length + hours.due.length === 0) break;
    done += await countTogether(ctx, hours, now);
  }
  await removeHours(ctx, now);
  return done;
}

/** The first hour of the last `days` days. */
const oldestHour = (now: number, days: number): number => hourOf(now - days * DAY) + 1;

/** Hours to count, each list in order. */
interface Hours {
  /** Never counted, without a gap. The next run begins after the last hour that was written. */
  fresh: readonly number[];
  /** To be counted again. */
  due: readonly number[];
}

/** The first hours that were never counted, and those that are due to be counted again, while retention has removed nothing of them. */
async function hoursToCount(ctx: Ctx, now: number): Promise<Hours> {
  const oldest = oldestHour(now, ctx.config.retentionDays);
  const next = sql`max(coalesce((SELECT max(hour) + 1 FROM ${countedHours}), 0), ${oldest})`;
  const { due, uncounted } = await ctx.db.read({
    due: sql<{ hour: number }>`SELECT hour FROM ${countedHours}
      WHERE recount_at <= ${now} AND hour >= ${oldest} ORDER BY recount_at LIMIT ${TOGETHER}`,
    uncounted: sql<{ id: string }>`SELECT id FROM ${dispatches}
      WHERE id >= ${firstIdOf(next)} AND id < ${firstIdAt(hourOf(now) * HOUR)} ORDER BY id LIMIT 1`,
  });
  const [first] = uncounted.map(({ id }) => hourOf(timeOfId(id)));
  const ahead = first === undefined ? 0 : Math.min(TOGETHER, hourOf(now) - first);
  return {
    fresh: Array.from({ length: ahead }, (_, i) => (first ?? 0) + i),
    due: due.map(({ hour }) => hour),
  };
}

/** Whether there is room for another portion, beside `reserved` queries. */
const hasRoomBeside = (ctx: Ctx, reserved: number): boolean =>
  hasRoom({ queriesLeft: () => ctx.db.queriesLeft() - reserved });

/**
 * Counts hours portion by portion, and writes those that it has come to the end of. Of large hours one after the other is
 * counted, the first new one first, so that it is finished before the room is used up. New hours after one that is
 * unfinished are not written, because the next run would begin after them.
 * @returns how many
 */
async function countTogether(ctx: Ctx, { fresh, due }: Hours, now: number): Promise<number> {
  const hours = [...fresh, ...due];
  while (hours.length > 1 && !hasRoomBeside(ctx, hours.length * (1 + WRITES))) hours.pop();
  const counts = new Map(hours.map((hour) => [hour, new Map<string, Cell>()]));
  const count = async (some: readonly Open[]): Promise<Open[]> => {
    const { portions } = await ctx.db.read({ portions: some.map(countPortion) });
    const byHour = Map.groupBy(portions, ({ hour }) => hour);
    return some.flatMap(({ hour }) => {
      const portion = byHour.get(hour) ?? [];
      for (const { last: _, ...cell } of portion) add(counts.get(hour), cell);
      const seen = portion.reduce((sum, { n }) => sum + n, 0);
      const last = portion.reduce((latest, one) => (one.last > latest ? one.last : latest), "");
      return seen < PORTION ? [] : [{ hour, after: last }];
    });
  };
  let open = await count(hours.map((hour) => ({ hour, after: firstIdAt(hour * HOUR) })));
  while (open.length > 0 && hasRoomBeside(ctx, hours.length * WRITES))
    open = [...(await count(open.slice(0, 1))), ...open.slice(1)];
  const isFresh = new Set(fresh);
  const unfinished = new Set(open.map(({ hour }) => hour));
  const gap = open.find(({ hour }) => isFresh.has(hour))?.hour ?? Infinity;
  const whole = hours.filter((hour) => !unfinished.has(hour) && !(isFresh.has(hour) && hour > gap));
  for (const some of chunks(whole, WRITTEN_TOGETHER))
    await ctx.db.write({
      batch: some.flatMap((hour) => replace(ctx, hour, [...(counts.get(hour)?.values() ?? [])], now)),
    });
  return whole.filter((hour) => (counts.get(hour)?.size ?? 0) > 0).length;
}

/** An hour whose dispatches are counted up to an id. */
interface Open {
  hour: number;
  after: string;
}

const countPortion = ({ hour, after }: Open): SQL<Cell & { last: string }> => sql<Cell & { last: string }>`
  SELECT ${hour} AS hour, org_id, channel, provider, status, count(*) AS n, max(id) AS last FROM (
    SELECT id, coalesce(org_id, '') AS org_id, channel, coalesce(provider, '') AS provider, ${COUNTED_STATUS} AS status
    FROM ${dispatches} WHERE id > ${after} AND id < ${firstIdAt((hour + 1) * HOUR)} AND ${IS_TO_PERSON} ORDER BY id LIMIT ${PORTION})
  GROUP BY org_id, channel, provider, status`;

/** Adds a cell to the counts of its organization, and of everyone. */
function add(cells: Map<string, Cell> | undefined, cell: Cell): void {
  for (const org_id of [cell.org_id, EVERYONE]) {
    const key = JSON.stringify([org_id, cell.channel, cell.provider, cell.status]);
    cells?.set(key, { ...cell, org_id, n: cell.n + (cells.get(key)?.n ?? 0) });
  }
}

/** The statements that put `cells` in the place of what was counted for the hour. What has not changed is not written. */
function replace(ctx: Ctx, hour: number, cells: readonly Cell[], now: number): SQL[] {
  const parts = chunksByBytes(cells, JSON_PARAMETER_BYTES);
  const isGone = parts.map(
    (part) => sql`(org_id, channel, provider, status) NOT IN (SELECT value->>'org_id', value->>'channel',
      value->>'provider', value->>'status' FROM json_each(${JSON.stringify(part)}))`,
  );
  const counted = { hour, counted_at: now, recount_at: recountAt(ctx, hour, now) };
  return [
    ...parts.map((part) =>
      insertRows(hourlyCounts, part, {
        onConflict: sql`ON CONFLICT DO UPDATE SET n = excluded.n WHERE n <> excluded.n`,
      }),
    ),
    sql`DELETE FROM ${hourlyCounts} WHERE ${sql.join([sql`hour = ${hour}`, ...isGone], sql` AND `)}`,
    // An hour that never had any leaves no row; one that has lost all of them keeps its own.
    insertRows(countedHours, [counted], {
      where: cells.length > 0 ? sql`true` : sql`EXISTS (SELECT 1 FROM ${countedHours} WHERE hour = ${hour})`,
      onConflict: sql`ON CONFLICT DO UPDATE SET counted_at = excluded.counted_at, recount_at = excluded.recount_at`,
    }),
  ];
}

/** Removes counts and dead letters that are too old, in portions. */
async function removeHours(ctx: Ctx, now: number): Promise<void> {
  const { retentionDays } = ctx.config;
  const logged = oldestHour(now, retentionDays);
  const kept = oldestHour(now, Math.max(retentionDays, LEAST_DAYS_KEPT));
  const remove = (table: SQLiteTable, key: SQL, oldest: number) => sql<{
    1: number;
  }>`DELETE FROM ${table} WHERE (${key}) IN
    (SELECT ${key} FROM ${table} WHERE hour < ${oldest} LIMIT ${REMOVED}) RETURNING 1`;
  await inPortions(ctx.db, ROUNDS, async () => {
    const { gone } = await ctx.db.write({
      gone: [
        remove(hourlyCounts, sql`org_id, hour, channel, provider, status`, kept),
        remove(countedHours, sql`hour`, kept),
        remove(deadLetters, sql`hour, batch, kind`, logged),
      ],
    });
    return { done: gone.length, isLast: gone.length < REMOVED };
  });
}

/** When an hour is twice as old as now, and at least an hour from now; null once retention begins to remove it. */
function recountAt(ctx: Ctx, hour: number, now: number): number | null {
  const end = (hour + 1) * HOUR;
  const at = Math.max(end + 2 * (now - end), end + HOUR);
  return hour >= oldestHour(at + DAY, ctx.config.retentionDays) ? at : null;
}
