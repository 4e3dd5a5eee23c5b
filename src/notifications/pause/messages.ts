import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { type DispatchRow, dispatches, type QueueName } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { printId } from "../../lib/ids.ts";
import type { PauseEvent } from "./event.ts";

/** The messages to a coordinator about an event: a push that falls back to e-mail, and an in-app message. */
export function pauseMessages(
  ctx: Ctx,
  event: PauseEvent,
  { recordId, mentorId, userId }: Record<"recordId" | "mentorId" | "userId", string>,
  lane: QueueName,
  ids: { push: string; inApp: string },
): { push: DispatchRow; inApp: DispatchRow } {
  const message = {
    lane,
    type: event.type,
    userId,
    orgId: null,
    batchId: recordId,
    title: event.title,
    data: { type: event.type, record_id: printId("nr", recordId), peer_mentor_id: mentorId },
    payload: event.payload,
  };
  return {
    push: dispatchRow(
      ctx,
      { ...message, channel: "push", body: event.pushBody, fallback: "email" },
      ids.push,
    ),
    inApp: dispatchRow(ctx, { ...message, channel: "in_app", body: event.inAppBody }, ids.inApp),
  };
}

/** The condition on an in-app message that its push was inserted. */
export const HAS_PUSH: SQL = sql`EXISTS (SELECT 1 FROM ${dispatches} d WHERE d.batch_id = value->>'batch_id' AND d.channel = 'push')`;
