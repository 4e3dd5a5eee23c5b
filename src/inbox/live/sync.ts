import { z } from "zod";
import { CURSOR } from "./protocol.ts";

/** Characters of what a client says. */
const MAX_SAID = 1_024;

const sync = z.strictObject({
  type: z.literal("sync"),
  after: z.string().regex(CURSOR).transform(Number).optional(),
});

/** Reads what a client says, beside `ping`: it asks what is new, or what is new since `after`. Null for anything else. */
export function readSync(said: string | ArrayBuffer): { after?: number | undefined } | null {
  if (typeof said !== "string" || said.length > MAX_SAID) return null;
  try {
    return sync.safeParse(JSON.parse(said)).data ?? null;
  } catch {
    return null;
  }
}
