/** The units of a duration, in seconds, the largest first. */
const UNITS = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;

export const UNIT_NAMES = ["seconds", "minutes", "hours", "days"] as const;

const isUnit = (name: string): name is keyof typeof UNITS => Object.hasOwn(UNITS, name);

/** Seconds as an amount of the largest unit that they fill. */
export function inUnits(seconds: number): { amount: string; unit: string } {
  const [unit, size] = Object.entries(UNITS).find(([, size]) => seconds >= size && seconds % size === 0) ?? [
    "seconds",
    1,
  ];
  return { amount: String(seconds / size), unit };
}

/** Seconds, as people read them: `10 minutes`. */
export function durationText(seconds: number): string {
  const { amount, unit } = inUnits(seconds);
  return `${amount} ${amount === "1" ? unit.slice(0, -1) : unit}`;
}

/** The seconds that somebody has typed; undefined for nothing. What is no number stays as it is: the schema refuses it. */
export function typedSeconds(amount: string, unit: string): unknown {
  const text = amount.trim();
  if (text === "") return undefined;
  return Number.isFinite(Number(text)) && isUnit(unit) ? Number(text) * UNITS[unit] : text;
}
