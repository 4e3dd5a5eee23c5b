/** The most that one activity can take: more than eleven years. */
export const MAX_HOURS = 100_000;

/** Decimal hours → the whole minutes in which we count, so that ten tenths make one and three thirds, too. */
export const minutesOf = (hours: number): number => Math.round(hours * 60);

/** Whole minutes → hours, as the nearest number that JSON can hold. */
export const hoursOf = (minutes: number): number => minutes / 60;
