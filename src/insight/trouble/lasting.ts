import { DAY, HOUR, MINUTE } from "../../lib/clock.ts";

const UNITS = [
  ["day", DAY],
  ["hour", HOUR],
  ["minute", MINUTE],
] as const;

/** "4 minutes", "3 hours", "2 days": whole, downwards. */
export function lasting(ms: number): string {
  const [unit, size] = UNITS.find((one) => ms >= one[1]) ?? ["minute", MINUTE];
  const n = Math.max(1, Math.floor(ms / size));
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}
