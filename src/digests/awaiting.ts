import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/client.ts";
import { grants, matches, occasions, userSchedules, users } from "../db/schema/index.ts";
import { AWAITING_SINCE, isAwaiting, MATCH_ID, waitingFor } from "../dispatch/occasion-keys.ts";
import { countWithheld } from "../withheld/count.ts";
import { AWAITED_MS } from "./digest-window.ts";

// Facts come in any order. A match whose grant or user is not known here yet has its occasion already, so that it is told
// once, and the job of the waiting matches looks at its user when one of them comes, and at the latest when it is given up.

/** The matches, as occasions `o`, that the users of a JSON array of ids wait with: nothing else waits so. */
const awaiting = (userIds: string): SQL =>
  sql`json_each(${userIds}) AS j CROSS JOIN ${occasions} AS o ON ${isAwaiting(sql`j.value`)}`;

const KNOWN_GRANT: SQL = sql`EXISTS (SELECT 1 FROM ${matches} AS m CROSS JOIN ${grants} AS g ON g.id = m.grant_id
  WHERE m.id = ${MATCH_ID})`;

/** Statements that let what these users' matches have waited for count, or give them up; for before the messages are made. */
export const endWaiting = (userIds: string, now: number): Statement[] => {
  const isKnown = sql`EXISTS (SELECT 1 FROM ${users} AS u WHERE u.id = j.value)`;
  const isOver = sql`${AWAITING_SINCE} <= ${now - AWAITED_MS}`;
  return [
    sql`UPDATE ${occasions} AS o SET dispatch_id = ${waitingFor(sql`j.value`)} FROM json_each(${userIds}) AS j
      WHERE ${isAwaiting(sql`j.value`)} AND ${isKnown} AND ${KNOWN_GRANT}`,
    countWithheld(
      { type: "new_match", channel: "email", now },
      sql`SELECT j.value AS user_id, iif(${isKnown}, 'unknown_grant', 'unknown_user') AS reason, count(*) AS n
        FROM ${awaiting(userIds)} WHERE ${isOver} GROUP BY 1, 2`,
    ),
    sql`DELETE FROM ${occasions} WHERE key IN (SELECT o.key FROM ${awaiting(userIds)} WHERE ${isOver})`,
  ];
};

/** The statement that has the job look again at the latest when what still waits is given up; for after `rescheduled`. */
export const lookWhenGivenUp = (userIds: string): Statement =>
  sql`INSERT INTO ${userSchedules} (user_id, kind, next_at)
    SELECT j.value, 'matches', min(${AWAITING_SINCE}) + ${AWAITED_MS} FROM ${awaiting(userIds)} WHERE true GROUP BY 1
    ON CONFLICT (user_id, kind) DO UPDATE SET next_at = min(next_at, excluded.next_at)`;
