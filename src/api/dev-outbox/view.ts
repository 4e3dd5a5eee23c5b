import type { OutboxMessage } from "../../dev-outbox/message.ts";
import { iso } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";

/** A message with its content: the fields beside `links` are those of its channel. */
export const messageView = ({ id, at, dispatchId, userId, type, to, links, content }: OutboxMessage) => ({
  id,
  at: iso(at),
  channel: content.channel,
  type,
  user_id: userId,
  dispatch_id: printId("dsp", dispatchId),
  to,
  ...content.message,
  links,
});
