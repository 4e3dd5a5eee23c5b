import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { z } from "zod";
import { activities, users } from "../../db/schema/index.ts";
import type { Zone } from "../../schedules/time-zone.ts";

/** A parameter or an expression. */
type Operand = SQLWrapper | number | string;

const counting = (user: Operand): SQL =>
  sql`FROM ${activities} AS a WHERE a.user_id = ${user} AND a.status <> 'cancelled'`;

/** Three columns: all activities, completed ones, and the minutes of completed ones. */
const SUMS = sql`count(*) AS total, count(*) FILTER (WHERE a.status = 'completed') AS completed,
  coalesce(sum(a.minutes) FILTER (WHERE a.status = 'completed'), 0) AS minutes`;

/** A row of `selectSums`. */
export interface Sums {
  total: number;
  completed: number;
  minutes: number;
}

/**
 * A user's sums over the activities from `from` up to, but not including, `to` (epoch ms). It reads one range of the covering
 * index, so the cost grows with the activities in the window and not with the table.
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

/** Whether the user's zone is still the one for which a window was worked out. */
export const livesIn = (user: Operand, zone: Operand | Zone): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${user} AND timezone IS ${zone})`;

/** When a snapshot taken at `now` becomes stale: at the time of the next activity, at the latest at the end of the window. */
export const goesStaleAt = (user: Operand, now: Operand, end: Operand): SQL =>
  sql`coalesce((SELECT a.occurred_at ${counting(user)} AND a.occurred_at > ${now} AND a.occurred_at < ${end}
    ORDER BY a.occurred_at LIMIT 1), ${end})`;
