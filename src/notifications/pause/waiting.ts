import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { Parsed, type Statement } from "../../db/statement.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import { notificationRecords as records, dedupeKeys, peerMentors, users } from "../../db/schema/index.ts";
import { awaitingNote, isAwaiting } from "../../outbox/placeholders.ts";
import { chunksByBytes } from "../../lib/chunks.ts";
import { type Awaited, readyOf } from "../grants/awaited.ts";
import { IS_PAUSE } from "./dedupe-key.ts";
import { PAUSED, pauseEvent } from "./event.ts";
import { insertMessages, pauseMessages } from "./messages.ts";

export const NO_COORDINATOR = "Nobody notified: the peer mentor has no coordinator";
export const UNKNOWN_COORDINATOR = "Nobody notified: the coordinator is not known";

/** Whether the flow wrote a record `r` and notified nobody. */
export const IS_NOT_NOTIFIED: SQL = sql`(r.source = 'flow' AND r.dispatch_ids = '[]' AND NOT r.channels_fixed)`;

/** The id of the flow's last record about a mentor. Earlier records are out of date. */
export const lastRecordOf = (mentorId: SQL): SQL =>
  sql`(SELECT l.id FROM ${records} AS l WHERE l.peer_mentor_id = ${mentorId} AND l.source = 'flow'
    ORDER BY l.id DESC LIMIT 1)`;

/** Pauses and returns in one portion. */
const MOST_PAUSES = 500;

/** A pause or a return that has waited for its coordinator, whom the directory has now. */
interface ReadyPause {
  user_id: string;
  key: string;
  /** What its dedupe key points to while it waits. */
  awaiting: string;
  record_id: string;
  mentor_id: string;
  full_name: string;
  status: string;
  effective_date: number | null;
  reason: string | null;
}

/**
 * Joins the record `r` of a waiting dedupe key `o` of a user `j.value`, and its mentor `m`: if nobody was notified, the user
 * is the mentor's coordinator, and the record is the last one and still true.
 */
const STANDING: SQL = sql`${records} AS r ON r.id = ${awaitingNote(sql`j.value`)} AND ${IS_NOT_NOTIFIED}
  CROSS JOIN ${peerMentors} AS m ON m.id = r.peer_mentor_id AND m.coordinator_id = j.value
    AND (m.status = ${PAUSED}) = (r.event_type = 'pause_activated') AND r.id = ${lastRecordOf(sql`m.id`)}`;

const KNOWN: SQL = sql`CROSS JOIN ${users} AS u ON u.id = m.coordinator_id`;

/** Whether the pause or return for which the dedupe key `o` of a user `j.value` waits still holds. */
const PAUSE_STANDS: SQL = sql`EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN ${STANDING})`;
/** Whether it also has all that its messages need: the directory has the coordinator. */
const PAUSE_READY: SQL = sql`EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN ${STANDING} ${KNOWN})`;

/** The pauses and returns that can be sent to these coordinators now, in the order of `user_id`. @param due a query of `user_id` */
const readyPauses = (due: SQL): SQL<ReadyPause> =>
  sql<ReadyPause>`SELECT j.value AS user_id, o.key, o.dispatch_id AS awaiting, r.id AS record_id, m.id AS mentor_id, m.full_name,
      m.status, r.effective_date, r.reason
    FROM (SELECT user_id AS value FROM (${due})) AS j
      CROSS JOIN ${dedupeKeys} AS o ON ${isAwaiting(sql`j.value`)} CROSS JOIN ${STANDING} ${KNOWN}
    WHERE ${IS_PAUSE} GROUP BY j.value, r.id ORDER BY j.value, r.id LIMIT ${MOST_PAUSES}`;

/** Statements that queue the messages of these pauses, if they still hold, and update their records. `ids` are those of the messages. */
function notifyOfReadyPauses(
  ctx: Ctx,
  pauses: readonly ReadyPause[],
): { ids: readonly string[]; statements: readonly Statement[] } {
  const now = ctx.clock.now();
  const messages = pauses.map((one) => {
    const mentor = { id: one.mentor_id, full_name: one.full_name, coordinator_id: one.user_id };
    const { status, effective_date: pause_start_date, reason: pause_reason } = one;
    const event = pauseEvent({ ...mentor, status, pause_start_date, pause_reason }, pause_start_date ?? now);
    const about = { recordId: one.record_id, mentorId: one.mentor_id, userId: one.user_id };
    return pauseMessages(ctx, event, about, "bulk", { push: ctx.ids.uuid(), inApp: ctx.ids.uuid() });
  });
  const points = pauses.map(({ user_id, key, awaiting, record_id }, i) => ({
    user_id,
    key,
    awaiting,
    record_id,
    push_id: messages[i]?.push.id,
    in_app_id: messages[i]?.inApp.id,
  }));
  const portions = chunksByBytes(points, JSON_PARAMETER_BYTES).map((portion) => JSON.stringify(portion));
  const pushes = messages.map(({ push }) => push);
  const inApps = messages.map(({ inApp }) => inApp);
  return {
    ids: [...pushes, ...inApps].map(({ id }) => id),
    statements: [
      ...portions.map(pointTo),
      ...insertMessages(pushes, inApps),
      ...portions.map((portion) => follow(portion, now)),
    ],
  };
}

const pointTo = (portion: string): SQL => sql`UPDATE ${dedupeKeys} AS o SET dispatch_id = j.push_id
  FROM (SELECT value->>'user_id' AS value, value->>'key' AS key, value->>'awaiting' AS awaiting,
    value->>'push_id' AS push_id FROM json_each(${portion})) AS j
  WHERE o.key = j.key AND o.dispatch_id = j.awaiting AND ${PAUSE_READY}`;

/** Writes into the records who is notified and since when. From then on the records follow the messages. */
const follow = (
  portion: string,
  now: number,
): SQL => sql`UPDATE ${records} SET coordinator_id = j.value->>'user_id',
    dispatch_ids = json_array(j.value->>'push_id', j.value->>'in_app_id'),
    notes = iif(notes IN (${NO_COORDINATOR}, ${UNKNOWN_COORDINATOR}), NULL, notes), sent_at = ${now}, updated_at = ${now}
  FROM json_each(${portion}) AS j CROSS JOIN ${dedupeKeys} AS o ON o.key = j.value->>'key' AND o.dispatch_id = j.value->>'push_id'
  WHERE ${records.id} = j.value->>'record_id' AND ${records.dispatch_ids} = '[]'`;

export const awaitedPauses: Awaited = {
  isOfType: IS_PAUSE,
  stands: PAUSE_STANDS,
  isReady: PAUSE_READY,
  // The record of a pause says that nobody was notified.
  countedAs: null,
  readReady: (due) =>
    Parsed.of({ ready: readyPauses(due) }, ({ ready }) => readyOf(ready, MOST_PAUSES, notifyOfReadyPauses)),
};
