import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { grants, matches, dedupeKeys, userSchedules, users } from "../../db/schema/index.ts";
import { AWAITED_MS, AWAITING_SINCE, isAwaiting, waitingFor } from "../../outbox/placeholders.ts";
import { AWAITED } from "../awaited.ts";
import type { Awaited } from "../grants/awaited.ts";
import { countWithheld } from "../../log/withheld/count.ts";
import { IS_MATCH, MATCH_ID } from "./dedupe-key.ts";
import { newMatch } from "./type.ts";

// Facts come in any order. A match, or a message in `AWAITED`, whose user or grant the directory does not have yet gets its
// dedupe key at once, so that it is sent once. Its user becomes due when the user or the grant arrives, and at the latest
// when it is given up.

/** The waiting dedupe keys `o` of users `j.value`. @param userIds JSON array */
const awaiting = (userIds: string): SQL =>
  sql`json_each(${userIds}) AS j CROSS JOIN ${dedupeKeys} AS o ON ${isAwaiting(sql`j.value`)}`;

const KNOWN_GRANT: SQL = sql`EXISTS (SELECT 1 FROM ${matches} AS m CROSS JOIN ${grants} AS g ON g.id = m.grant_id
  WHERE m.id = ${MATCH_ID})`;

const anyOf = (condition: (awaited: Awaited) => SQL): SQL =>
  sql.join(
    AWAITED.map((one) => sql`(${one.isOfType} AND ${condition(one)})`),
    sql` OR `,
  );
const ANY_READY = anyOf(({ isReady }) => isReady);
const ANY_OBSOLETE = anyOf(({ stands }) => sql`NOT ${stands}`);

/**
 * Statements that end the waiting of these users: matches whose grant has arrived go on to wait for a message, and what has
 * waited too long is given up, and counted if its type counts it. What does not hold any more is deleted without being
 * counted. They come after the messages of what waits by itself (`AWAITED`), and before those of matches.
 */
export const endWaiting = (userIds: string, now: number): Statement[] => {
  const isKnown = sql`EXISTS (SELECT 1 FROM ${users} AS u WHERE u.id = j.value)`;
  // What has become ready only now is sent by the next run, however long it has waited.
  const isOver = sql`${AWAITING_SINCE} <= ${now - AWAITED_MS} AND NOT (${ANY_READY})`;
  const givenUp = (isOfKind: SQL) => sql`SELECT j.value AS user_id,
      iif(${isKnown}, 'unknown_grant', 'unknown_user') AS reason, count(*) AS n
    FROM ${awaiting(userIds)} WHERE ${isOfKind} AND ${isOver} GROUP BY 1, 2`;
  return [
    sql`UPDATE ${dedupeKeys} AS o SET dispatch_id = ${waitingFor(sql`j.value`)} FROM json_each(${userIds}) AS j
      WHERE ${isAwaiting(sql`j.value`)} AND ${IS_MATCH} AND ${isKnown} AND ${KNOWN_GRANT}`,
    sql`DELETE FROM ${dedupeKeys} WHERE key IN (SELECT o.key FROM ${awaiting(userIds)}
      WHERE ${ANY_OBSOLETE})`,
    countWithheld(newMatch, now, givenUp(IS_MATCH)),
    ...AWAITED.flatMap(({ countedAs, isOfType }) =>
      countedAs === null ? [] : [countWithheld(countedAs, now, givenUp(isOfType))],
    ),
    sql`DELETE FROM ${dedupeKeys} WHERE key IN (SELECT o.key FROM ${awaiting(userIds)} WHERE ${isOver})`,
  ];
};

/** The statement that makes users due again when a waiting notification must be given up. Run it after `rescheduled`. */
export const rescheduleAtGivenUp = (userIds: string): Statement =>
  sql`INSERT INTO ${userSchedules} (user_id, kind, next_at)
    SELECT j.value, 'matches', min(${AWAITING_SINCE}) + ${AWAITED_MS} FROM ${awaiting(userIds)} WHERE true GROUP BY 1
    ON CONFLICT (user_id, kind) DO UPDATE SET next_at = min(next_at, excluded.next_at)`;
