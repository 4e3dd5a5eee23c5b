/** What a caller prefers (RFC 7240): not to wait, or how long. */
export interface Preference {
  /** Milliseconds to wait for the outcome. */
  waitMs: number;
  /** What goes into Preference-Applied; null when nothing was asked for. */
  applied: string | null;
}

const MAX_WAIT_SECONDS = 10;

/**
 * Reads `Prefer: respond-async` and `Prefer: wait=N` (0–10, more counts as 10). Both together mean: asynchronously, but
 * only after N seconds (§4.3). Anything else is ignored, as the RFC says.
 */
export function preferenceOf(header: string | undefined, defaultWaitMs: number): Preference {
  const parts = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.split(";")[0]?.trim() ?? "");
  const asked = parts.includes("respond-async") ? ["respond-async"] : [];
  const seconds = parts.map(secondsOf).find((found) => found !== null);
  if (seconds == null) return { waitMs: asked.length > 0 ? 0 : defaultWaitMs, applied: asked[0] ?? null };
  return { waitMs: seconds * 1_000, applied: [...asked, `wait=${seconds}`].join(", ") };
}

function secondsOf(preference: string): number | null {
  const digits = /^wait\s*=\s*"?(\d{1,6})"?$/.exec(preference)?.[1];
  return digits === undefined ? null : Math.min(Number(digits), MAX_WAIT_SECONDS);
}
