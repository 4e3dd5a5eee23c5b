import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { z } from "zod";
import { activities, users } from "../../db/schema/index.ts";
import type { Zone } from "../../schedules/time-zone.ts";

/** A value of a statement: a parameter, or an expression. */
type Operand = SQLWrapper | number | string;

const counting = (user: Operand): SQL =>
  sql`FROM ${activities} AS a WHERE a.user_id = ${user} AND a.status <> 'cancelled'`;

/** Total, completed, and the completed ones' minutes: three columns of one row. */
const SUMS = sql`count(*) AS total, count(*) FILTER (WHERE a.status = 'completed') AS completed,
  coalesce(sum(a.minutes) FILTER (WHERE a.status = 'completed'), 0) AS minutes`;

/** What `selectSums` gives. */
export interface Sums {
  total: number;
  completed: number;
  minutes: number;
}

/**
 * A user's sums over the activities from `from` up to, but without, `to` (epoch ms): one range of the covering index, so
 * that it costs what lies in the window, whatever the size of the table.
 */
export const selectSums = (user: Operand, from: Operand, to: Operand): SQL =>
  sql`SELECT ${SUMS} ${counting(user)} AND a.occurred_at >= ${from} AND a.occurred_at < ${to}`;

/** The same as one JSON array `[total, completed, minutes]`, for where only one column fits. */
export const sumsAsJson = (user: Operand, from: Operand, to: Operand): SQL =>
  sql`(SELECT json_array(total, completed, minutes) FROM (${selectSums(user, from, to)}))`;

const sums = z.tuple([z.number(), z.number(), z.number()]);

/** The sums that `sumsAsJson` gave. */
export function sumsIn(json: string): Sums {
  const [total, completed, minutes] = sums.parse(JSON.parse(json));
  return { total, completed, minutes };
}

/** Whether a user lives in the zone for which a window was worked out. */
export const livesIn = (user: Operand, zone: Operand | Zone): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${user} AND timezone IS ${zone})`;

/** When a snapshot taken at `now` goes out of date: at the next activity's time, and at the latest when its window ends. */
export const goesStaleAt = (user: Operand, now: Operand, end: Operand): SQL =>
  sql`coalesce((SELECT a.occurred_at ${counting(user)} AND a.occurred_at > ${now} AND a.occurred_at < ${end}
    ORDER BY a.occurred_at LIMIT 1), ${end})`;
