import { DAY, HOUR } from "../lib/clock.ts";

/** The site that links in samples lead to. */
export const SITE = "https://app.example.org";

/** Midnight UTC, `days` from today: the form in which dates without a time are stored. */
export const midnight = (now: number, days: number): number => (Math.floor(now / DAY) + days) * DAY;

/** Noon UTC, `days` from today. It is the same date in almost every zone, so a sample looks the same everywhere. */
export const noon = (now: number, days: number): number => midnight(now, days) + 12 * HOUR;
