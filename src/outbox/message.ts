import { z } from "zod";
import type { Ctx } from "../ctx.ts";
import { settlement } from "./settlement.ts";

/** At most this many ids in one message, and this many messages in one sendBatch: well inside 128 KB and 256 KB. */
export const IDS_PER_MESSAGE = 100;
export const MESSAGES_PER_SEND = 50;

/** A wake-up call: these dispatches may be due. The rows are the truth; a message has their ids and nothing else. */
const wakeUp = z.object({
  v: z.literal(1),
  channel: z.string(),
  ids: z.array(z.uuid()).max(IDS_PER_MESSAGE),
});

/** Outcomes that could not be written when they came in. */
const settleLater = z.object({ v: z.literal(1), settle: settlement });

/** Everything that our queues carry. */
export const queueMessage = z.union([wakeUp, settleLater]);
export type QueueMessage = z.infer<typeof queueMessage>;
export type WakeUp = z.infer<typeof wakeUp>;

/** A message as its sender meant it, or why it cannot be read: it has another shape, or is of a channel that is not there. */
export function readMessage({ channels }: Pick<Ctx, "channels">, body: unknown): QueueMessage | Error {
  const { success, data, error } = queueMessage.safeParse(body);
  if (!success) return error;
  const channel = "settle" in data ? data.settle.channel : data.channel;
  return channels.has(channel) ? data : new Error("No channel has this name");
}
