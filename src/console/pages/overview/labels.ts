import { cached } from "../../../lib/cached.ts";
import { HOUR } from "../../../lib/clock.ts";
import type { Range } from "../../../insight/figures.ts";
import type { Viewer } from "../../viewer.ts";

const number = new Intl.NumberFormat("en");

/** 12,345 */
export const counted = (n: number): string => number.format(n);

const dollar = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });

/** $1.50; a small sum has four decimals. */
export const dollars = (sum: number): string =>
  sum > 0 && sum < 0.1 ? `$${sum.toFixed(4)}` : dollar.format(sum);

/** What share `part` has of `whole`: 3.4 %, < 0.1 %; a dash where there is no whole. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = (100 * part) / whole;
  if (part > 0 && share < 0.1) return "<\u00a00.1\u00a0%";
  return `${share.toFixed(share === 0 || share === 100 ? 0 : 1)}\u00a0%`;
}

const clockIn = cached(
  32,
  (timeZone: string) => new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }),
);
const dayIn = cached(
  32,
  (timeZone: string) => new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" }),
);

/** What is written below a step: its hour in the viewer's zone, or its day. Whole days are those of UTC. */
export function stepLabel(hour: number, { step }: Pick<Range, "step">, { zone }: Viewer): string {
  const at = hour * HOUR;
  if (step === 1) return clockIn(zone).format(at);
  return dayIn(step === 24 ? "UTC" : zone).format(at);
}

/** When a step was: "26 Mar, 09:00–10:00", "26 Mar". */
export function stepName(hour: number, { step }: Pick<Range, "step">, { zone }: Viewer): string {
  const at = hour * HOUR;
  if (step === 24) return dayIn("UTC").format(at);
  const clock = clockIn(zone);
  return `${dayIn(zone).format(at)}, ${clock.format(at)}–${clock.format(at + step * HOUR)}`;
}
