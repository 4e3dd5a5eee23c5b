import { type SQL, sql } from "drizzle-orm";
import { fromType } from "../../content/type.ts";
import { textIn } from "../../content/wording/in-sql.ts";
import type { Ctx } from "../../ctx.ts";
import { type DispatchRow, dispatches, type QueueName, users } from "../../db/schema/index.ts";
import type { Statement } from "../../db/statement.ts";
import { dispatchRow, insertDispatches, ORG_OF_USER } from "../../outbox/create.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { printId } from "../../lib/ids.ts";
import type { PauseEvent } from "./event.ts";
import { pauseActivated, pauseDeactivated } from "./type.ts";

const typeOf = ({ type }: Pick<PauseEvent, "type">) =>
  type === pauseActivated.id ? pauseActivated : pauseDeactivated;

/**
 * The messages to a coordinator about an event: a push that falls back to e-mail, and an in-app message. Title and body are
 * JSON, by language, until `insertMessages` inserts them.
 */
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
    title: JSON.stringify(event.title),
    data: { type: event.type, record_id: printId("nr", recordId), peer_mentor_id: mentorId },
    payload: event.payload,
  };
  return {
    push: dispatchRow(ctx, { ...message, body: JSON.stringify(event.pushBody) }, ids.push),
    inApp: dispatchRow(
      ctx,
      {
        ...message,
        channel: "in_app",
        fallback: null,
        isDecidedLater: true,
        body: JSON.stringify(event.inAppBody),
      },
      ids.inApp,
    ),
  };
}

/** Statements that insert these messages: pushes to which a dedupe key points, and in-app messages whose push is there. */
export const insertMessages = (
  pushes: readonly DispatchRow[],
  inApps: readonly DispatchRow[],
): Statement[] => [
  ...insertNotifying(pushes, THEIR_TEXTS),
  ...insertDispatches(inApps, HAS_PUSH, { org_id: ORG_OF_USER, ...THEIR_TEXTS }),
];

const inTheirLanguage = (column: "title" | "body"): SQL =>
  sql`(SELECT ${textIn(sql.raw(`(value->>'${column}')`), sql`u.locale`)} FROM ${users} AS u WHERE u.id = value->>'user_id')`;

/** Title and body in the coordinator's language. */
const THEIR_TEXTS = { title: inTheirLanguage("title"), body: inTheirLanguage("body") };

/** The condition on an in-app message that its push was inserted. */
const HAS_PUSH: SQL = sql`EXISTS (SELECT 1 FROM ${dispatches} d WHERE d.batch_id = value->>'batch_id' AND d.channel = 'push')`;
