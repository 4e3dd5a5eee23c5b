import { DAY, HOUR } from "../lib/clock.ts";

/** Where the links of samples lead. */
export const SITE = "https://app.example.org";

/** Midnight UTC, so many days from today: what dates without a time look like. */
export const midnight = (now: number, days: number): number => (Math.floor(now / DAY) + days) * DAY;

/** Noon UTC is the same day almost everywhere: a window from noon to just after noon has the same dates in each zone. */
export const noon = (now: number, days: number): number => midnight(now, days) + 12 * HOUR;
