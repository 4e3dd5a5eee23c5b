/** The longest that one activity can take: more than eleven years. */
export const MAX_HOURS = 100_000;

/** Decimal hours → whole minutes. Sums of minutes are exact: ten tenths of an hour are one hour, and so are three thirds. */
export const minutesOf = (hours: number): number => Math.round(hours * 60);

/** Whole minutes → hours, as the nearest JSON number. */
export const hoursOf = (minutes: number): number => minutes / 60;
