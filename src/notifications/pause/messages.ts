import { type SQL, sql } from "drizzle-orm";
import { fromType } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import { type DispatchRow, dispatches, type QueueName } from "../../db/schema/index.ts";
import type { Statement } from "../../db/statement.ts";
import { dispatchRow, insertDispatches, ORG_OF_USER } from "../../outbox/create.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { printId } from "../../lib/ids.ts";
import type { PauseEvent } from "./event.ts";
import { pauseActivated, pauseDeactivated } from "./type.ts";

const typeOf = ({ type }: Pick<PauseEvent, "type">) =>
  type === pauseActivated.id ? pauseActivated : pauseDeactivated;

/** The messages to a coordinator about an event: a push that falls back to e-mail, and an in-app message. */
export function pauseMessages(
  ctx: Ctx,
  event: PauseEvent,
  { recordId, mentorId, userId }: Record<"recordId" | "mentorId" | "userId", string>,
  lane: QueueName,
  ids: { push: string; inApp: string },
): { push: DispatchRow; inApp: DispatchRow } {
  const message = {
    ...fromType(typeOf(event), ctx.clock.now()),
    lane,
    userId,
    orgId: null,
    batchId: recordId,
    title: event.title,
    data: { type: event.type, record_id: printId("nr", recordId), peer_mentor_id: mentorId },
    payload: event.payload,
  };
  return {
    push: dispatchRow(ctx, { ...message, body: event.pushBody }, ids.push),
    inApp: dispatchRow(
      ctx,
      { ...message, channel: "in_app", fallback: null, body: event.inAppBody },
      ids.inApp,
    ),
  };
}

/** Statements that insert these messages: pushes to which a dedupe key points, and in-app messages whose push is there. */
export const insertMessages = (
  pushes: readonly DispatchRow[],
  inApps: readonly DispatchRow[],
): Statement[] => [
  ...insertNotifying(pushes),
  ...insertDispatches(inApps, HAS_PUSH, { org_id: ORG_OF_USER }),
];

/** The condition on an in-app message that its push was inserted. */
const HAS_PUSH: SQL = sql`EXISTS (SELECT 1 FROM ${dispatches} d WHERE d.batch_id = value->>'batch_id' AND d.channel = 'push')`;
