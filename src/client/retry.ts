/** The first pause, in milliseconds; each further one is twice as long, up to the last. */
const FIRST_MS = 500;
const LAST_MS = 20_000;

/** Of a call that has failed: the status, null without an answer; and what the service asked for, null for nothing. */
interface Failed {
  status: number | null;
  retryAfterMs: number | null;
}

/** What passes: too many requests, and faults of the service or of what is before it. */
const PASSING = [429, 500, 502, 503, 504];

/**
 * Milliseconds to wait before a further attempt; null where none helps. After `Retry-After` if there is one, else half to
 * all of a time that doubles, so that clients which failed together do not come back together.
 * @param isRepeatable whether a repeat does no harm if the attempt was carried out after all. If it does, only 429 is tried
 * again, which surely was not
 */
export function pauseBefore(failed: Failed, tried: number, isRepeatable: boolean): number | null {
  const { status, retryAfterMs } = failed;
  const isPassing =
    status === null ? isRepeatable : PASSING.includes(status) && (isRepeatable || status === 429);
  if (!isPassing) return null;
  const longest = Math.min(FIRST_MS * 2 ** tried, LAST_MS);
  return retryAfterMs ?? longest * (0.5 + Math.random() / 2);
}

/** `Retry-After` in milliseconds from now: seconds, or a date (RFC 9110, 10.2.3). Null: missing, or neither. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
