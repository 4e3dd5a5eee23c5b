/** The longest that one activity can take: more than eleven years. */
export const MAX_HOURS = 100_000;

/** Decimal hours → whole minutes, because sums of whole numbers are exact: 3 × 0.333… h gives one hour. */
export const minutesOf = (hours: number): number => Math.round(hours * 60);

/** Whole minutes → hours, as the nearest JSON number. */
export const hoursOf = (minutes: number): number => minutes / 60;
