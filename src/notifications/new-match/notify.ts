import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { fromType } from "../../content/type.ts";
import type { Statement } from "../../db/statement.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import { dispatches, grants, matches, dedupeKeys, preferences, users } from "../../db/schema/index.ts";
import type { Change } from "../../directory/collection.ts";
import type { Consequences } from "../../directory/reaction.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { AWAITED_MS, awaitingSince, waitingFor } from "../../outbox/placeholders.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { chunksByBytes } from "../../lib/chunks.ts";
import { MINUTE } from "../../lib/clock.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { preferred } from "../../preferences/defaults.ts";
import { scheduleIfNew, rescheduleNow, rescheduleSteps } from "../../schedules/user-schedules.ts";
import { countWithheld } from "../../log/withheld/count.ts";
import { isWanted } from "../grants/due-users.ts";
import { IS_MATCH, MATCH_ID, matchKey } from "./dedupe-key.ts";
import { newMatch } from "./type.ts";

/** With the frequency `immediate`, all matches within this time go into one message. */
const COLLECT_MS = 2 * MINUTE;

type Fact = { id: string; user_id: string; grant_id: string; score: number };

/**
 * Notifies users once of each match that is new or now reaches the user's threshold. With the frequency `immediate` the first
 * match makes a message that is due in two minutes, and others join it; otherwise matches wait for the daily or weekly
 * message. They also wait while the directory does not have the user or the grant. What is not sent is counted as withheld.
 */
export function notifyOfMatches(ctx: Ctx, { rows, bulk, notify }: Change<Fact>): Consequences {
  const now = ctx.clock.now();
  const candidates = new Map(
    [...new Set((notify ? rows : []).map((row) => row.user_id))].map((userId) => [
      userId,
      dispatchRow(ctx, {
        ...fromType(newMatch, now),
        lane: bulk ? "bulk" : "email",
        userId,
        orgId: null,
        sendAt: now + COLLECT_MS,
      }),
    ]),
  );
  const facts = rows.map((row) => ({ ...row, dispatch_id: candidates.get(row.user_id)?.id }));
  const portions = chunksByBytes(facts, JSON_PARAMETER_BYTES).map((portion) => JSON.stringify(portion));
  const messages = [...candidates.values()];
  return {
    before: [
      ...portions.flatMap((portion) => [
        rescheduleSteps("deadlines", sql`SELECT u.id AS user_id, ${now} AS at FROM ${fitting(portion)}`),
        scheduleIfNew("digest", sql`SELECT u.id AS user_id FROM ${fitting(portion)}`, now),
      ]),
      ...(notify
        ? [
            ...portions.flatMap((portion) => [
              ...claimDedupeKeys(portion, now),
              countWithheld(newMatch, now, withheldAmong(portion)),
            ]),
            ...insertNotifying(messages),
          ]
        : []),
    ],
    ...(notify && {
      after: portions.map((portion) =>
        setMatchAndGrant(sql`SELECT o.dispatch_id FROM json_each(${portion}) AS g
          CROSS JOIN ${dedupeKeys} AS o ON o.key = ${matchKey(sql`g.value->>'id'`)}`),
      ),
      dispatchIds: messages.map((row) => row.id),
    }),
  };
}

/** The new matches `g`, the same matches before the change `m`, their users `u` and the preferences `p`. */
const given = (portion: string): SQL => sql`json_each(${portion}) AS g
  LEFT JOIN ${users} AS u ON u.id = g.value->>'user_id'
  LEFT JOIN ${preferences} AS p ON p.user_id = u.id
  LEFT JOIN ${matches} AS m ON m.id = g.value->>'id' AND m.user_id = g.value->>'user_id'
    AND m.grant_id = g.value->>'grant_id'`;

const FITS: SQL = sql`g.value->>'score' >= ${preferred("match_threshold")}`;
const DID_NOT_FIT: SQL = sql`(m.id IS NULL OR m.score < ${preferred("match_threshold")})`;

/** Matches that reach the threshold and did not before, including those of users whom the directory does not have. */
const fittingAnyone = (portion: string): SQL => sql`${given(portion)} WHERE ${FITS} AND ${DID_NOT_FIT}`;

/** The same, only for users whom the directory has. */
const fitting = (portion: string): SQL => sql`${fittingAnyone(portion)} AND u.id IS NOT NULL`;

/** Matches that are withheld, by user and reason: the score is too low, or the user has switched the messages off. */
const withheldAmong = (portion: string): SQL => sql`SELECT u.id AS user_id,
    iif(${FITS}, 'switched_off', 'below_threshold') AS reason, count(*) AS n
  FROM ${given(portion)} WHERE u.id IS NOT NULL AND (m.id IS NULL OR m.score <> g.value->>'score')
    AND ((NOT ${FITS}) OR (${DID_NOT_FIT} AND NOT ${isWanted(newMatch)})) GROUP BY 1, 2`;

/**
 * Inserts the dedupe keys of matches. A key points to a message that still collects, or to a new one; or it waits for the
 * daily or weekly message, or for a user or a grant. A claimed message is not `queued`, so no match joins it.
 */
function claimDedupeKeys(portion: string, now: number): Statement[] {
  const isLater = sql`${isWanted(newMatch)} AND ${preferred("notification_frequency")} <> 'immediate'`;
  const collecting = sql`(SELECT d.id FROM ${dispatches} AS d
    WHERE d.user_id = u.id AND d.channel = 'email' AND d.id >= ${firstIdAt(now - COLLECT_MS - MINUTE)}
      AND d.type = 'new_match' AND d.status = 'queued' AND d.attempts = 0 AND d.due_at > ${now}
    ORDER BY d.id DESC LIMIT 1)`;
  const isEarly = sql`(u.id IS NULL OR NOT EXISTS (SELECT 1 FROM ${grants} WHERE id = g.value->>'grant_id'))`;
  const userId = sql`g.value->>'user_id'`;
  const isNew = sql`${fittingAnyone(portion)} AND ${isWanted(newMatch)}`;
  return [
    rescheduleNow("matches", sql`SELECT u.id AS user_id FROM ${fitting(portion)} AND ${isLater}`, now),
    rescheduleNow("matches", sql`SELECT ${userId} AS user_id FROM ${isNew} AND ${isEarly}`, now + AWAITED_MS),
    sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
      SELECT ${matchKey(sql`g.value->>'id'`)},
        CASE WHEN ${isEarly} THEN ${awaitingSince(userId, now)} WHEN ${isLater} THEN ${waitingFor(userId)}
          ELSE coalesce(${collecting}, g.value->>'dispatch_id') END
      FROM ${isNew} ON CONFLICT DO NOTHING`,
  ];
}

/**
 * The statement that sets match and grant of unsent messages; both null if a message has several.
 * @param ids a query of dispatch ids, one column
 */
export const setMatchAndGrant = (ids: SQL): Statement =>
  sql`UPDATE ${dispatches} SET match_id = found.match_id, grant_id = found.grant_id
    FROM (SELECT o.dispatch_id, iif(count(*) = 1, min(m.id), NULL) AS match_id,
        iif(count(*) = 1, min(m.grant_id), NULL) AS grant_id
      FROM ${dedupeKeys} AS o CROSS JOIN ${matches} AS m ON m.id = ${MATCH_ID}
      WHERE o.dispatch_id IN (${ids}) AND ${IS_MATCH} GROUP BY o.dispatch_id) AS found
    WHERE ${dispatches}.id = found.dispatch_id AND ${dispatches}.status = 'queued'
      AND (${dispatches}.match_id IS NOT found.match_id OR ${dispatches}.grant_id IS NOT found.grant_id)`;
