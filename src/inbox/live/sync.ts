import { parseJson } from "../../lib/objects.ts";
import { z } from "zod";
import { CURSOR } from "./protocol.ts";

/** The most characters of a client's message. */
const MAX_MESSAGE_CHARS = 1_024;

const clientMessage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("sync"),
    after: z.string().regex(CURSOR).transform(Number).optional(),
  }),
  z.strictObject({ type: z.literal("ack"), ack: z.string() }),
]);

/**
 * Parses a client's message (except `ping`). `sync` asks for changes, with `after` for those since a cursor; `ack` returns a
 * frame's `ack`. Null for anything else.
 */
export function parseClientMessage(text: string | ArrayBuffer): z.output<typeof clientMessage> | null {
  if (typeof text !== "string" || text.length > MAX_MESSAGE_CHARS) return null;
  return clientMessage.safeParse(parseJson(text)).data ?? null;
}
