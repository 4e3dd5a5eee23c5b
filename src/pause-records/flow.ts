import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/client.ts";
import { JSON_PARAMETER_BYTES } from "../db/json.ts";
import {
  type DispatchRow,
  dispatches,
  notificationRecords as records,
  occasions,
  peerMentors,
  users,
} from "../db/schema/index.ts";
import type { Change, Consequences } from "../directory/collection.ts";
import { dispatchRow, insertDispatches, ORG_OF_USER } from "../dispatch/create.ts";
import { statusKey } from "../dispatch/occasion-keys.ts";
import { insertTelling } from "../dispatch/tell.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import { printId } from "../lib/ids.ts";
import { PAUSED, pauseEvent, type Pausing } from "./event.ts";

export const NO_COORDINATOR = "Nobody notified: the peer mentor has no coordinator";
export const UNKNOWN_COORDINATOR = "Nobody notified: the coordinator is not known";

/** What would follow from one mentor's new status, if it is new: with ids made beforehand. */
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
 * Tells coordinators of mentors who pause or return: the record, a push that falls back to e-mail, and an in-app message,
 * in the batch that changes the status. A mentor who is new here has not changed, and so nobody hears of an import.
 * Every statement works on all mentors at once and asks anew whether there is anything to tell, so that a repeat tells
 * nothing.
 */
export function tellOfPauses(ctx: Ctx, { rows, bulk, notify }: Change<Pausing>): Consequences {
  if (!notify) return {};
  const notices: Notice[] = [];
  const pushes: DispatchRow[] = [];
  const inApps: DispatchRow[] = [];
  for (const mentor of rows) {
    const event = pauseEvent(mentor, ctx.clock.now());
    const recordId = ctx.ids.uuid();
    const message = (userId: string) => ({
      lane: bulk ? ("bulk" as const) : ("push" as const),
      type: event.type,
      userId,
      orgId: null,
      batchId: recordId,
      title: event.title,
      data: { type: event.type, record_id: printId("nr", recordId), peer_mentor_id: mentor.id },
      payload: event.payload,
    });
    const [pushId, inAppId] = [ctx.ids.uuid(), ctx.ids.uuid()];
    if (mentor.coordinator_id !== null) {
      const told = message(mentor.coordinator_id);
      pushes.push(
        dispatchRow(ctx, { ...told, channel: "push", body: event.pushBody, fallback: "email" }, pushId),
      );
      inApps.push(dispatchRow(ctx, { ...told, channel: "in_app", body: event.inAppBody }, inAppId));
    }
    notices.push({
      mentor_id: mentor.id,
      record_id: recordId,
      is_paused: mentor.status === PAUSED,
      event_type: event.type,
      effective_date: event.effectiveDate,
      reason: event.reason,
      coordinator_id: mentor.coordinator_id,
      push_id: pushId,
      in_app_id: inAppId,
    });
  }
  const portions = chunksByBytes(notices, JSON_PARAMETER_BYTES).map((portion) => JSON.stringify(portion));
  return {
    before: [
      ...portions.map(insertOccasions),
      ...insertTelling(pushes),
      ...insertDispatches(inApps, HAS_PUSH, { org_id: ORG_OF_USER }),
      ...portions.map((portion) => insertRecords(portion, ctx.clock.now())),
    ],
    dispatchIds: [...pushes, ...inApps].map((row) => row.id),
  };
}

/** Notices whose mentor goes into a pause or out of one: `n` is the notice, `m` the mentor as they were. */
const changing = (portion: string): SQL => sql`json_each(${portion}) AS n
  CROSS JOIN ${peerMentors} AS m ON m.id = n.value->>'mentor_id'
    AND (m.status = ${PAUSED}) <> (n.value->>'is_paused')`;

/** An in-app message goes where its push goes. */
const HAS_PUSH: SQL = sql`EXISTS (SELECT 1 FROM ${dispatches} d WHERE d.batch_id = value->>'batch_id' AND d.channel = 'push')`;

/** Only a coordinator whom the directory knows can be told. */
const insertOccasions = (portion: string): Statement => sql`INSERT INTO ${occasions} (key, dispatch_id)
  SELECT ${statusKey("peer-mentor", sql`m.id`, sql`m.status_seq + 1`)}, n.value->>'push_id'
  FROM ${changing(portion)} CROSS JOIN ${users} AS u ON u.id = n.value->>'coordinator_id'
  WHERE true ON CONFLICT DO NOTHING`;

const insertRecords = (portion: string, now: number): Statement => sql`INSERT INTO ${records}
    (id, peer_mentor_id, event_type, effective_date, reason, coordinator_id, channels_notified, dispatch_ids, notes,
      source, channels_fixed, sent_at, updated_at)
  SELECT n.value->>'record_id', m.id, n.value->>'event_type', n.value->>'effective_date', n.value->>'reason',
    n.value->>'coordinator_id', '[]',
    iif(o.key IS NULL, '[]', json_array(n.value->>'push_id', n.value->>'in_app_id')),
    CASE WHEN o.key IS NOT NULL THEN NULL
      WHEN n.value->>'coordinator_id' IS NULL THEN ${NO_COORDINATOR} ELSE ${UNKNOWN_COORDINATOR} END,
    'flow', false, ${now}, ${now}
  FROM ${changing(portion)} LEFT JOIN ${occasions} AS o ON o.dispatch_id = n.value->>'push_id'
  WHERE true ON CONFLICT DO NOTHING`;
