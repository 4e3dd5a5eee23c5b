/** The only source of time. It is passed in, so that a test can set the time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Epoch milliseconds → ISO 8601 UTC, the only form in which the API prints a time. */
export const iso = (ms: number): string => new Date(ms).toISOString();

/** The same for a time that may be missing. */
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));
