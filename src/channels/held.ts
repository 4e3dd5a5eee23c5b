import type { Outcome } from "../delivery/outcome.ts";
import type { Wait } from "../delivery/channel.ts";
import type { Hold } from "../delivery/ruling.ts";

/** An outcome without any attempt. */
export type Refused = Extract<Outcome, { kind: "unwanted" | "rejected" }>;

/** The outcome of a dispatch that is never sent; null for one that may be sent, now or later. */
export function outcomeOf(hold: Hold | null): Refused | null {
  if (hold === null || hold.verdict === "wait") return null;
  const { code, message } = hold;
  return { kind: hold.verdict === "skip" ? "unwanted" : "rejected", code, message };
}

/** Until when a dispatch waits; null when it is sent or refused now. */
export const waitOf = (hold: Hold | null): Wait | null =>
  hold?.verdict === "wait" ? { until: hold.until, code: hold.code, message: hold.message } : null;
