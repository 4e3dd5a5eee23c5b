import { z } from "zod";
import { CURSOR } from "./protocol.ts";

/** The most characters of a client's message. */
const MAX_SAID = 1_024;

const said = z.discriminatedUnion("type", [
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
export function readSaid(text: string | ArrayBuffer): z.output<typeof said> | null {
  if (typeof text !== "string" || text.length > MAX_SAID) return null;
  try {
    return said.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
