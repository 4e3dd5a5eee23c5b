import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import {
  type DispatchRow,
  notificationRecords as records,
  dedupeKeys,
  peerMentors,
  users,
} from "../../db/schema/index.ts";
import type { Change } from "../../directory/collection.ts";
import type { Consequences } from "../../directory/reaction.ts";
import { AWAITED_MS, awaitingSince, IS_WAITING } from "../../outbox/placeholders.ts";
import { chunksByBytes } from "../../lib/chunks.ts";
import { rescheduleNow } from "../../schedules/user-schedules.ts";
import { pauseKey } from "./dedupe-key.ts";
import { PAUSED, pauseEvent, type Pausing } from "./event.ts";
import { insertMessages, pauseMessages } from "./messages.ts";
import { IS_NOT_NOTIFIED, lastRecordOf, NO_COORDINATOR, UNKNOWN_COORDINATOR } from "./waiting.ts";

/** The record and the messages for a mentor, in case the status is new. The ids are made before the batch runs. */
interface Notice {
  mentor_id: string;
  record_id: string;
  is_paused: boolean;
  event_type: string;
  effective_date: number;
  reason: string | null;
  coordinator_id: string | null;
  push_id: string;
  in_app_id: string;
}

/**
 * Notifies coordinators of mentors who pause or return: a record, a push that falls back to e-mail, and an in-app message,
 * in the batch that changes the status. New mentors notify nobody. If the mentor has no coordinator, or the directory does
 * not have the coordinator, the messages wait and the record says so. Each statement handles all mentors and checks whether
 * the status changes, so that a repeat does nothing.
 */
export function notifyOfPauses(ctx: Ctx, { rows, bulk, notify }: Change<Pausing>): Consequences {
  if (!notify) return {};
  const notices: Notice[] = [];
  const pushes: DispatchRow[] = [];
  const inApps: DispatchRow[] = [];
  for (const mentor of rows) {
    const event = pauseEvent(mentor, ctx.clock.now());
    const recordId = ctx.ids.uuid();
    const ids = { push: ctx.ids.uuid(), inApp: ctx.ids.uuid() };
    if (mentor.coordinator_id !== null) {
      const about = { recordId, mentorId: mentor.id, userId: mentor.coordinator_id };
      const { push, inApp } = pauseMessages(ctx, event, about, bulk ? "bulk" : "push", ids);
      pushes.push(push);
      inApps.push(inApp);
    }
    notices.push({
      mentor_id: mentor.id,
      record_id: recordId,
      is_paused: mentor.status === PAUSED,
      event_type: event.type,
      effective_date: event.effectiveDate,
      reason: event.reason,
      coordinator_id: mentor.coordinator_id,
      push_id: ids.push,
      in_app_id: ids.inApp,
    });
  }
  const now = ctx.clock.now();
  const portions = chunksByBytes(notices, JSON_PARAMETER_BYTES).map((portion) => JSON.stringify(portion));
  return {
    before: [
      ...portions.flatMap((portion) => [
        rescheduleNow(
          "matches",
          sql`SELECT n.value->>'coordinator_id' AS user_id FROM ${early(portion)}`,
          now + AWAITED_MS,
        ),
        insertDedupeKeys(portion, now),
        rescheduleNow(
          "matches",
          sql`SELECT n.value->>'coordinator_id' AS user_id FROM ${takingOver(portion, now)}`,
          now,
        ),
        waitForNewCoordinator(portion, now),
      ]),
      ...insertMessages(pushes, inApps),
      ...portions.map((portion) => insertRecords(portion, now)),
    ],
    dispatchIds: [...pushes, ...inApps].map((row) => row.id),
  };
}

/** Notices `n` whose mentor begins or ends a pause. `m` is the mentor before the change. */
const changing = (portion: string): SQL => sql`json_each(${portion}) AS n
  CROSS JOIN ${peerMentors} AS m ON m.id = n.value->>'mentor_id'
    AND (m.status = ${PAUSED}) <> (n.value->>'is_paused')`;

/** The same with the coordinator `u`, null if the directory does not have the coordinator. */
const toNotify = (portion: string): SQL => sql`${changing(portion)}
  LEFT JOIN ${users} AS u ON u.id = n.value->>'coordinator_id' WHERE n.value->>'coordinator_id' IS NOT NULL`;

const early = (portion: string): SQL => sql`${toNotify(portion)} AND u.id IS NULL`;

/** Inserts dedupe keys. A key points to its push, or waits if the directory does not have the coordinator. */
const insertDedupeKeys = (
  portion: string,
  now: number,
): Statement => sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
  SELECT ${pauseKey(sql`m.id`, sql`m.status_seq + 1`)}, CASE WHEN u.id IS NOT NULL THEN n.value->>'push_id'
      ELSE ${awaitingSince(sql`n.value->>'coordinator_id'`, now, sql`n.value->>'record_id'`)} END
  FROM ${toNotify(portion)} ON CONFLICT DO NOTHING`;

/** Notices `n` that give a mentor another coordinator, where the last record `r` is still true and nobody was notified. */
const takingOver = (portion: string, now: number): SQL => sql`json_each(${portion}) AS n
  CROSS JOIN ${peerMentors} AS m ON m.id = n.value->>'mentor_id' AND m.coordinator_id IS NOT n.value->>'coordinator_id'
    AND (m.status = ${PAUSED}) = (n.value->>'is_paused')
  CROSS JOIN ${records} AS r ON r.id = ${lastRecordOf(sql`m.id`)} AND ${IS_NOT_NOTIFIED}
    AND (r.event_type = 'pause_activated') = (n.value->>'is_paused')
  WHERE n.value->>'coordinator_id' IS NOT NULL AND r.sent_at > ${now - AWAITED_MS}`;

/** Moves a waiting notification from the former coordinator to the new one, who is due at once. */
const waitForNewCoordinator = (
  portion: string,
  now: number,
): Statement => sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
  SELECT ${pauseKey(sql`m.id`, sql`m.status_seq`)},
    ${awaitingSince(sql`n.value->>'coordinator_id'`, sql`r.sent_at`, sql`r.id`)}
  FROM ${takingOver(portion, now)}
  ON CONFLICT (key) DO UPDATE SET dispatch_id = excluded.dispatch_id WHERE ${IS_WAITING}`;

const insertRecords = (portion: string, now: number): Statement => sql`INSERT INTO ${records}
    (id, peer_mentor_id, event_type, effective_date, reason, coordinator_id, channels_notified, dispatch_ids, notes,
      source, channels_fixed, sent_at, updated_at)
  SELECT n.value->>'record_id', m.id, n.value->>'event_type', n.value->>'effective_date', n.value->>'reason',
    n.value->>'coordinator_id', '[]',
    iif(o.key IS NULL, '[]', json_array(n.value->>'push_id', n.value->>'in_app_id')),
    CASE WHEN o.key IS NOT NULL THEN NULL
      WHEN n.value->>'coordinator_id' IS NULL THEN ${NO_COORDINATOR} ELSE ${UNKNOWN_COORDINATOR} END,
    'flow', false, ${now}, ${now}
  FROM ${changing(portion)} LEFT JOIN ${dedupeKeys} AS o ON o.dispatch_id = n.value->>'push_id'
  WHERE true ON CONFLICT DO NOTHING`;

/** Deletes the records about a mentor who is being deleted, because the reasons in them are personal data. */
export const deleteRecordsOf = (_ctx: Ctx, mentorId: string): Statement[] => [
  sql`DELETE FROM ${records} WHERE peer_mentor_id = ${mentorId}`,
];
