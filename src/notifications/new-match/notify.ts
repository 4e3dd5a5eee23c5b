import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import { dispatches, grants, matches, dedupeKeys, preferences, users } from "../../db/schema/index.ts";
import type { Change, Consequences } from "../../directory/reaction.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { AWAITED_MS, awaitingSince, matchKey, waitingFor } from "../../outbox/dedupe-keys.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { chunksByBytes } from "../../lib/chunks.ts";
import { MINUTE } from "../../lib/clock.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { preferred } from "../../preferences/defaults.ts";
import { scheduleIfNew, rescheduleNow, rescheduleSteps } from "../../schedules/user-schedules.ts";
import { aboutOne } from "../grants/about-one.ts";
import { countWithheld } from "../../log/withheld/count.ts";
import { isWanted } from "../grants/due-users.ts";

/** Who is told at once is told of everything within this time in one message. */
export const GATHER_MS = 2 * MINUTE;

type Fact = { id: string; user_id: string; grant_id: string; score: number };

/**
 * Tells users of matches that are new to them, or that have come up to what they ask for: each once. With the frequency
 * `immediate` a first match makes a message that is due in two minutes, and those that come within that time join it;
 * otherwise matches wait for the message of the day or the week. One whose user or grant is not known here yet waits for
 * them. What is not told is counted. Reminders and digests count them from now on.
 */
export function notifyOfMatches(ctx: Ctx, { rows, bulk, notify }: Change<Fact>): Consequences {
  const now = ctx.clock.now();
  const candidates = new Map(
    [...new Set(rows.map((row) => row.user_id))].map((userId) => [
      userId,
      dispatchRow(ctx, {
        channel: "email",
        lane: bulk ? "bulk" : "email",
        type: "new_match",
        userId,
        orgId: null,
        sendAt: now + GATHER_MS,
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
              countWithheld({ type: "new_match", channel: "email", now }, withheldAmong(portion)),
            ]),
            ...insertNotifying(messages),
          ]
        : []),
    ],
    ...(notify && {
      after: portions.map((portion) =>
        aboutOne(sql`SELECT told.dispatch_id FROM json_each(${portion}) AS g
          CROSS JOIN ${dedupeKeys} AS told ON told.key = ${matchKey(sql`g.value->>'id'`)}`),
      ),
      dispatchIds: messages.map((row) => row.id),
    }),
  };
}

/** Matches `g`, their users `u` with the preferences `p`, and the same matches `m` as they were. */
const given = (portion: string): SQL => sql`json_each(${portion}) AS g
  LEFT JOIN ${users} AS u ON u.id = g.value->>'user_id'
  LEFT JOIN ${preferences} AS p ON p.user_id = u.id
  LEFT JOIN ${matches} AS m ON m.id = g.value->>'id' AND m.user_id = g.value->>'user_id'
    AND m.grant_id = g.value->>'grant_id'`;

const FITS: SQL = sql`g.value->>'score' >= ${preferred("match_threshold")}`;
const DID_NOT_FIT: SQL = sql`(m.id IS NULL OR m.score < ${preferred("match_threshold")})`;

/** Matches that come up to what their user, whether or not they are known here, asks for, and did not before. */
const fittingAnyone = (portion: string): SQL => sql`${given(portion)} WHERE ${FITS} AND ${DID_NOT_FIT}`;

/** The same of users who are known here. */
const fitting = (portion: string): SQL => sql`${fittingAnyone(portion)} AND u.id IS NOT NULL`;

/** New scores that are not told, by user and reason: it is too low, or the user has switched the messages off. */
const withheldAmong = (portion: string): SQL => sql`SELECT u.id AS user_id,
    iif(${FITS}, 'switched_off', 'below_threshold') AS reason, count(*) AS n
  FROM ${given(portion)} WHERE u.id IS NOT NULL AND (m.id IS NULL OR m.score <> g.value->>'score')
    AND ((NOT ${FITS}) OR (${DID_NOT_FIT} AND NOT ${isWanted("new_match_notifications")})) GROUP BY 1, 2`;

/**
 * Points the occasions of matches to the message that will tell them: one that is still gathering, a new one, or whatever
 * comes at the user's time; or notes that they wait for a user or a grant. A message that was claimed meanwhile is not queued any more, and is not joined.
 */
function claimDedupeKeys(portion: string, now: number): Statement[] {
  const isLater = sql`${isWanted("new_match_notifications")} AND ${preferred("notification_frequency")} <> 'immediate'`;
  const collecting = sql`(SELECT d.id FROM ${dispatches} AS d
    WHERE d.user_id = u.id AND d.channel = 'email' AND d.id >= ${firstIdAt(now - GATHER_MS - MINUTE)}
      AND d.type = 'new_match' AND d.status = 'queued' AND d.attempts = 0 AND d.due_at > ${now}
    ORDER BY d.id DESC LIMIT 1)`;
  const isEarly = sql`(u.id IS NULL OR NOT EXISTS (SELECT 1 FROM ${grants} WHERE id = g.value->>'grant_id'))`;
  const userId = sql`g.value->>'user_id'`;
  const isNews = sql`${fittingAnyone(portion)} AND ${isWanted("new_match_notifications")}`;
  return [
    rescheduleNow("matches", sql`SELECT u.id AS user_id FROM ${fitting(portion)} AND ${isLater}`, now),
    rescheduleNow(
      "matches",
      sql`SELECT ${userId} AS user_id FROM ${isNews} AND ${isEarly}`,
      now + AWAITED_MS,
    ),
    sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
      SELECT ${matchKey(sql`g.value->>'id'`)},
        CASE WHEN ${isEarly} THEN ${awaitingSince(userId, now)} WHEN ${isLater} THEN ${waitingFor(userId)}
          ELSE coalesce(${collecting}, g.value->>'dispatch_id') END
      FROM ${isNews} ON CONFLICT DO NOTHING`,
  ];
}
