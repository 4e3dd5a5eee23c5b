import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { fromType } from "../../content/type.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import { applications, grants, dedupeKeys, preferences, users } from "../../db/schema/index.ts";
import type { Change } from "../../directory/collection.ts";
import type { Consequences } from "../../directory/reaction.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { AWAITED_MS, awaitingSince, isAwaiting } from "../../outbox/placeholders.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { chunksByBytes } from "../../lib/chunks.ts";
import { scheduleIfNew, rescheduleNow, rescheduleSteps } from "../../schedules/user-schedules.ts";
import { countWithheld } from "../../log/withheld/count.ts";
import { isWanted } from "../grants/due-users.ts";
import { statusKey } from "./dedupe-key.ts";
import { applicationStatus } from "./type.ts";

type Fact = { id: string; user_id: string; grant_id: string; status: string };

/**
 * Notifies users of the new status of their applications, once for each change. The message waits while the directory does
 * not have the user or the grant. Unwanted messages are counted as withheld. A new application notifies nobody. From now on
 * reminders and digests include the application's grant.
 */
export function notifyOfStatuses(ctx: Ctx, { rows, bulk, notify }: Change<Fact>): Consequences {
  const now = ctx.clock.now();
  const messages = (notify ? rows : []).map((row) =>
    dispatchRow(ctx, {
      ...fromType(applicationStatus, now),
      lane: bulk ? "bulk" : "email",
      userId: row.user_id,
      orgId: null,
      payload: { application_id: row.id, status: row.status },
      grantId: row.grant_id,
    }),
  );
  const given = rows.map((row, i) => ({ ...row, dispatch_id: messages[i]?.id }));
  const portions = chunksByBytes(given, JSON_PARAMETER_BYTES).map((portion) => JSON.stringify(portion));
  return {
    before: [
      ...portions.flatMap((portion) => [
        rescheduleSteps("deadlines", sql`SELECT u.id AS user_id, ${now} AS at FROM ${appearing(portion)}`),
        scheduleIfNew("digest", sql`SELECT u.id AS user_id FROM ${appearing(portion)}`, now),
        rescheduleNow("matches", waitingWith(portion), now),
      ]),
      ...(notify
        ? [
            ...portions.flatMap((portion) => [
              rescheduleNow("matches", sql`SELECT a.user_id FROM ${early(portion)}`, now + AWAITED_MS),
              claimDedupeKeys(portion, now),
              countWithheld(applicationStatus, now, withheldAmong(portion)),
            ]),
            ...insertNotifying(messages, { payload: PAYLOAD }),
          ]
        : []),
    ],
    ...(notify && { dispatchIds: messages.map((row) => row.id) }),
  };
}

const givenTo = (portion: string): SQL =>
  sql`json_each(${portion}) AS n CROSS JOIN ${users} AS u ON u.id = n.value->>'user_id'`;

/** Applications `n` that are new or for another grant, so that the user `u` begins to follow the grant. */
const appearing = (portion: string): SQL => sql`${givenTo(portion)} LEFT JOIN ${applications} AS a
    ON a.id = n.value->>'id' AND a.user_id = u.id AND a.grant_id = n.value->>'grant_id'
  WHERE a.id IS NULL`;

/** Users of these applications who have waiting dedupe keys: a status may have waited for its grant. */
const waitingWith = (portion: string): SQL => sql`SELECT u.id AS user_id FROM ${appearing(portion)}
  AND EXISTS (SELECT 1 FROM ${dedupeKeys} AS o WHERE ${isAwaiting(sql`u.id`)})`;

/** Applications that get a new status: `a` is the row before the change, `u` the user, `p` the user's preferences. */
const changing = (portion: string): SQL => sql`json_each(${portion}) AS n
  CROSS JOIN ${applications} AS a ON a.id = n.value->>'id' AND a.user_id = n.value->>'user_id'
    AND a.status <> n.value->>'status'
  LEFT JOIN ${users} AS u ON u.id = a.user_id LEFT JOIN ${preferences} AS p ON p.user_id = u.id`;

const IS_WANTED: SQL = isWanted(applicationStatus);

/** Whether the directory does not have the user or the grant yet. */
const IS_EARLY: SQL = sql`(u.id IS NULL OR NOT EXISTS (SELECT 1 FROM ${grants} WHERE id = n.value->>'grant_id'))`;

/** Changes of status whose message must wait. */
const early = (portion: string): SQL => sql`${changing(portion)} WHERE ${IS_WANTED} AND ${IS_EARLY}`;

/** Inserts dedupe keys. A key points to its message, or notes that the message waits, with the status before. */
const claimDedupeKeys = (
  portion: string,
  now: number,
): SQL => sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
  SELECT ${statusKey(sql`a.id`, sql`a.status_seq + 1`)},
    CASE WHEN ${IS_EARLY} THEN ${awaitingSince(sql`a.user_id`, now, sql`a.status`)} ELSE n.value->>'dispatch_id' END
  FROM ${changing(portion)} WHERE ${IS_WANTED} ON CONFLICT DO NOTHING`;

/** Changes of status whose users do not want a message. */
const withheldAmong = (portion: string): SQL => sql`SELECT a.user_id, 'switched_off' AS reason, count(*) AS n
  FROM ${changing(portion)} WHERE NOT ${IS_WANTED} GROUP BY 1`;

/** The message's payload: the new status, the one before, and the grant as it is now. */
const PAYLOAD: SQL = sql`(SELECT json_set(value->>'payload', '$.previous_status', a.status,
    '$.grant_title', g.title, '$.url', g.url)
  FROM ${applications} AS a CROSS JOIN ${grants} AS g ON g.id = value->>'grant_id'
  WHERE a.id = value->>'payload'->>'application_id')`;
