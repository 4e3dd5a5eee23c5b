import { type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../ctx.ts";
import { hasRoom } from "../db/client.ts";
import { insertRows, JSON_PARAMETER_BYTES } from "../db/json.ts";
import { inPortions } from "../db/portions.ts";
import { countedHours, deadLetters, dispatches, hourlyCounts } from "../db/schema/index.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import { DAY, HOUR } from "../lib/clock.ts";
import { firstIdAt, timeOfId } from "../lib/ids.ts";
import { COUNTED_STATUS, EVERYONE, firstIdOf, hourOf } from "./hours.ts";

/** Rows that one statement counts. */
const PORTION = 10_000;
/** Rows that one statement removes. */
const REMOVED = 2_000;
/** Hours that are counted together: new ones, and those that are counted again. */
const TOGETHER = 16;
/** Rounds of one run: what an outage has left is done in a few runs. */
const ROUNDS = 8;

/** How many dispatches of an hour have a channel, a provider and a status in common. */
type Cell = typeof hourlyCounts.$inferInsert;

/**
 * Counts the dispatches of every hour that is over: once, and again each time that the hour is twice as old. So each dispatch
 * is read about ten times in sixty days, and figures are never older than half the age of their hour. An hour is written as
 * a whole, so runs may overlap and be repeated. Then it removes hours that are as old as what retention removes. Without new
 * dispatches it reads a few rows and writes none.
 * @returns how many hours were counted
 */
export async function countHours(ctx: Ctx): Promise<number> {
  const now = ctx.clock.now();
  let done = 0;
  for (let round = 0; round < ROUNDS && hasRoom(ctx.db); round++) {
    const hours = await hoursToCount(ctx, now);
    if (hours.length === 0) break;
    done += await countTogether(ctx, hours, now);
  }
  await removeHours(ctx, oldestHour(ctx, now));
  return done;
}

/** The first hour of which retention has removed nothing yet. */
const oldestHour = (ctx: Ctx, now: number): number => hourOf(now - ctx.config.retentionDays * DAY) + 1;

/** Hours that are due to be counted again, and the first ones that were never counted. */
async function hoursToCount(ctx: Ctx, now: number): Promise<number[]> {
  const oldest = oldestHour(ctx, now);
  const next = sql`max(coalesce((SELECT max(hour) + 1 FROM ${countedHours}), 0), ${oldest})`;
  const { due, uncounted } = await ctx.db.read({
    due: sql<{ hour: number }>`SELECT hour FROM ${countedHours}
      WHERE recount_at <= ${now} AND hour >= ${oldest} ORDER BY recount_at LIMIT ${TOGETHER}`,
    uncounted: sql<{ id: string }>`SELECT id FROM ${dispatches}
      WHERE id >= ${firstIdOf(next)} AND id < ${firstIdAt(hourOf(now) * HOUR)} ORDER BY id LIMIT 1`,
  });
  const [first] = uncounted.map(({ id }) => hourOf(timeOfId(id)));
  const ahead = first === undefined ? 0 : Math.min(TOGETHER, hourOf(now) - first);
  return [...Array.from({ length: ahead }, (_, i) => (first ?? 0) + i), ...due.map(({ hour }) => hour)];
}

/** Counts hours portion by portion, and writes those that it has come to the end of. @returns how many */
async function countTogether(ctx: Ctx, hours: readonly number[], now: number): Promise<number> {
  const counts = new Map(hours.map((hour) => [hour, new Map<string, Cell>()]));
  let open = hours.map((hour) => ({ hour, after: firstIdAt(hour * HOUR) }));
  while (open.length > 0 && hasRoom(ctx.db)) {
    const { portions } = await ctx.db.read({ portions: open.map(countPortion) });
    const byHour = Map.groupBy(portions, ({ hour }) => hour);
    open = open.flatMap(({ hour }) => {
      const portion = byHour.get(hour) ?? [];
      for (const { last: _, ...cell } of portion) add(counts.get(hour), cell);
      const seen = portion.reduce((sum, { n }) => sum + n, 0);
      const last = portion.reduce((latest, one) => (one.last > latest ? one.last : latest), "");
      return seen < PORTION ? [] : [{ hour, after: last }];
    });
  }
  for (const { hour } of open) counts.delete(hour);
  const batch = [...counts].flatMap(([hour, cells]) => replace(ctx, hour, [...cells.values()], now));
  await ctx.db.write({ batch });
  return [...counts.values()].filter((cells) => cells.size > 0).length;
}

const countPortion = ({ hour, after }: { hour: number; after: string }): SQL<Cell & { last: string }> => sql<
  Cell & { last: string }
>`
  SELECT ${hour} AS hour, org_id, channel, provider, status, count(*) AS n, max(id) AS last FROM (
    SELECT id, coalesce(org_id, '') AS org_id, channel, coalesce(provider, '') AS provider, ${COUNTED_STATUS} AS status
    FROM ${dispatches} WHERE id > ${after} AND id < ${firstIdAt((hour + 1) * HOUR)} ORDER BY id LIMIT ${PORTION})
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

/** Removes the hours before `oldest`, in portions. */
async function removeHours(ctx: Ctx, oldest: number): Promise<void> {
  const remove = (table: SQLiteTable, key: SQL) => sql<{ 1: number }>`DELETE FROM ${table} WHERE (${key}) IN
    (SELECT ${key} FROM ${table} WHERE hour < ${oldest} LIMIT ${REMOVED}) RETURNING 1`;
  await inPortions(ctx.db, ROUNDS, async () => {
    const { gone } = await ctx.db.write({
      gone: [
        remove(hourlyCounts, sql`hour, org_id, channel, provider, status`),
        remove(countedHours, sql`hour`),
        remove(deadLetters, sql`hour, batch, kind`),
      ],
    });
    return { done: gone.length, isLast: gone.length < REMOVED };
  });
}

/** When an hour is twice as old as now, and at least an hour from now; null once retention begins to remove it. */
function recountAt(ctx: Ctx, hour: number, now: number): number | null {
  const end = (hour + 1) * HOUR;
  const at = Math.max(end + 2 * (now - end), end + HOUR);
  return hour >= oldestHour(ctx, at + DAY) ? at : null;
}
