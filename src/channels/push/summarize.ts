import type { Outcome } from "../../delivery/outcome.ts";

export const NO_DEVICE: Outcome = {
  kind: "rejected",
  code: "no_device",
  message: "The user has no registered device",
};

/**
 * One outcome for a dispatch, from those of its devices. The dispatch is open as long as a device may still get it; after
 * that it is accepted when any device took it.
 * @param before how many devices had accepted in earlier attempts
 */
export function summarize(outcomes: readonly Outcome[], before: number): Outcome {
  const open = outcomes.filter((outcome) => outcome.kind === "retry");
  const deferred = outcomes.find((outcome) => outcome.kind === "deferred");
  const [retry] = open;
  if (retry !== undefined)
    return { ...retry, afterMs: Math.max(0, ...open.map((outcome) => outcome.afterMs ?? 0)) };
  if (deferred !== undefined) return deferred;
  const accepted = outcomes.find((outcome) => outcome.kind === "accepted");
  if (accepted !== undefined || before > 0) return { kind: "accepted", messageId: null };
  return outcomes.find((outcome) => outcome.kind === "rejected") ?? outcomes[0] ?? NO_DEVICE;
}
