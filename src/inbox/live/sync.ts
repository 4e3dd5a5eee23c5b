import { z } from "zod";
import { CURSOR } from "./protocol.ts";

/** Characters of what a client says. */
const MAX_SAID = 1_024;

const said = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("sync"),
    after: z.string().regex(CURSOR).transform(Number).optional(),
  }),
  z.strictObject({ type: z.literal("ack"), ack: z.string() }),
]);

/**
 * Reads what a client says, beside `ping`: it asks what is new, or what is new since `after`; or it repeats a frame's
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
