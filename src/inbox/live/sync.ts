import { z } from "zod";
import { CURSOR } from "./protocol.ts";

/** A client's message has at most so many characters. */
const MAX_SAID = 1_024;

const said = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("sync"),
    after: z.string().regex(CURSOR).transform(Number).optional(),
  }),
  z.strictObject({ type: z.literal("ack"), ack: z.string() }),
]);

/**
 * Parses a client's message other than `ping`: `sync` asks for changes, or for those since `after`; `ack` repeats a frame's
 * `ack`. Null for anything else.
 */
export function readSaid(text: string | ArrayBuffer): z.output<typeof said> | null {
  if (typeof text !== "string" || text.length > MAX_SAID) return null;
  try {
    return said.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
