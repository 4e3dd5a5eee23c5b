/** What a caller prefers (RFC 7240): not to wait, or how long. */
export interface Preference {
  /** Milliseconds to wait for the outcome. */
  waitMs: number;
  /** What goes into Preference-Applied; null when nothing was asked for. */
  applied: string | null;
}

const MAX_WAIT_SECONDS = 10;

/** Reads `Prefer: respond-async` and `Prefer: wait=N` (0–10, more counts as 10). Anything else is ignored, as the RFC says. */
export function preferenceOf(header: string | undefined, defaultWaitMs: number): Preference {
  const parts = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.split(";")[0]?.trim() ?? "");
  if (parts.includes("respond-async")) return { waitMs: 0, applied: "respond-async" };
  for (const part of parts) {
    const seconds = /^wait\s*=\s*"?(\d{1,6})"?$/.exec(part)?.[1];
    if (seconds !== undefined) {
      const wait = Math.min(Number(seconds), MAX_WAIT_SECONDS);
      return { waitMs: wait * 1_000, applied: `wait=${wait}` };
    }
  }
  return { waitMs: defaultWaitMs, applied: null };
}
