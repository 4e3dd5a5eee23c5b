import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { grants, matches, dedupeKeys, userSchedules, users } from "../../db/schema/index.ts";
import {
  AWAITED_MS,
  AWAITING_SINCE,
  IS_MATCH,
  IS_PAUSE,
  IS_STATUS,
  isAwaiting,
  MATCH_ID,
  waitingFor,
} from "../../outbox/dedupe-keys.ts";
import { PAUSE_READY, PAUSE_STANDS } from "../pause/waiting.ts";
import { countWithheld } from "../../log/withheld/count.ts";
import { STATUS_READY, STATUS_STANDS } from "../application-status/waiting.ts";

// Facts come in any order. If the directory does not have the user or grant of a match, a new status or a pause yet, its
// dedupe key is inserted at once and waits. The user becomes due when the user or the grant arrives, and at the latest after
// 7 days, when the notification is given up.

/** The waiting dedupe keys `o` of users `j.value`. @param userIds JSON array */
const awaiting = (userIds: string): SQL =>
  sql`json_each(${userIds}) AS j CROSS JOIN ${dedupeKeys} AS o ON ${isAwaiting(sql`j.value`)}`;

const KNOWN_GRANT: SQL = sql`EXISTS (SELECT 1 FROM ${matches} AS m CROSS JOIN ${grants} AS g ON g.id = m.grant_id
  WHERE m.id = ${MATCH_ID})`;

/**
 * Statements that update the waiting dedupe keys of these users. Matches whose grant has arrived now wait for a message. What
 * has waited too long is given up and counted as withheld. Not counted: what is no longer true, and pauses, whose record says
 * that nobody was notified. Run them after the messages of statuses and pauses, and before those of matches.
 */
export const endWaiting = (userIds: string, now: number): Statement[] => {
  const isKnown = sql`EXISTS (SELECT 1 FROM ${users} AS u WHERE u.id = j.value)`;
  // What is ready now is not given up: the next run sends it, however long it has waited.
  const isOver = sql`${AWAITING_SINCE} <= ${now - AWAITED_MS} AND NOT (${IS_STATUS} AND ${STATUS_READY})
    AND NOT (${IS_PAUSE} AND ${PAUSE_READY})`;
  const givenUp = (isOfKind: SQL) => sql`SELECT j.value AS user_id,
      iif(${isKnown}, 'unknown_grant', 'unknown_user') AS reason, count(*) AS n
    FROM ${awaiting(userIds)} WHERE ${isOfKind} AND ${isOver} GROUP BY 1, 2`;
  return [
    sql`UPDATE ${dedupeKeys} AS o SET dispatch_id = ${waitingFor(sql`j.value`)} FROM json_each(${userIds}) AS j
      WHERE ${isAwaiting(sql`j.value`)} AND ${IS_MATCH} AND ${isKnown} AND ${KNOWN_GRANT}`,
    sql`DELETE FROM ${dedupeKeys} WHERE key IN (SELECT o.key FROM ${awaiting(userIds)}
      WHERE (${IS_STATUS} AND NOT ${STATUS_STANDS}) OR (${IS_PAUSE} AND NOT ${PAUSE_STANDS}))`,
    countWithheld({ type: "new_match", channel: "email", now }, givenUp(IS_MATCH)),
    countWithheld({ type: "application_status", channel: "email", now }, givenUp(IS_STATUS)),
    sql`DELETE FROM ${dedupeKeys} WHERE key IN (SELECT o.key FROM ${awaiting(userIds)} WHERE ${isOver})`,
  ];
};

/** The statement that makes users due again when a waiting notification must be given up. Run it after `rescheduled`. */
export const rescheduleAtGivenUp = (userIds: string): Statement =>
  sql`INSERT INTO ${userSchedules} (user_id, kind, next_at)
    SELECT j.value, 'matches', min(${AWAITING_SINCE}) + ${AWAITED_MS} FROM ${awaiting(userIds)} WHERE true GROUP BY 1
    ON CONFLICT (user_id, kind) DO UPDATE SET next_at = min(next_at, excluded.next_at)`;
