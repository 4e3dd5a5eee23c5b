import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { type Channel, withheld } from "../../db/schema/index.ts";
import { DAY } from "../../lib/clock.ts";

/** The type of the messages that were not made. They are counted on the first of its channels. */
interface Kind {
  readonly id: string;
  readonly channels: readonly [Channel, ...Channel[]];
}

/**
 * The condition that a row is of a day that the table has. It lists the days, because then a user's rows are found by the
 * key. Each day is found by one step from the day before, without a scan of the table.
 */
export const ON_KEPT_DAYS: SQL = sql`${withheld.day} IN (WITH RECURSIVE kept(day) AS (
    SELECT min(day) FROM ${withheld}
    UNION ALL SELECT (SELECT min(w.day) FROM ${withheld} AS w WHERE w.day > kept.day) FROM kept WHERE day IS NOT NULL)
  SELECT day FROM kept WHERE day IS NOT NULL)`;

/** The day of a time (epoch ms), UTC, as the table has it. */
export const dayOf = (time: number): number => Math.floor(time / DAY);

/**
 * The statement that counts messages that are not made and leave no other trace. It goes into the batch that withholds them.
 * The batch may be repeated, so the query must find nothing any more once it has been committed.
 * @param now epoch ms
 * @param found a query of `user_id`, `reason` and `n`
 */
export const countWithheld = ({ id, channels: [channel] }: Kind, now: number, found: SQL): Statement =>
  sql`INSERT INTO ${withheld} (day, user_id, type, channel, reason, n)
    SELECT ${dayOf(now)}, user_id, ${id}, ${channel}, reason, n FROM (${found}) WHERE true
    ON CONFLICT DO UPDATE SET n = n + excluded.n`;

/** The same where a repeat would find them again: they count once a day, however often the batch runs. */
export const noteWithheld = ({ id, channels: [channel] }: Kind, now: number, found: SQL): Statement =>
  sql`INSERT INTO ${withheld} (day, user_id, type, channel, reason, n)
    SELECT ${dayOf(now)}, user_id, ${id}, ${channel}, reason, 1 FROM (${found}) WHERE true ON CONFLICT DO NOTHING`;
