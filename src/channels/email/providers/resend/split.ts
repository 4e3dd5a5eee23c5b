import type { Clock } from "../../../../lib/clock.ts";
import { verdict, type Verdict } from "../verdict.ts";

export interface SplitLimits {
  clock: Clock;
  /** Requests that one batch may cost. */
  requests: number;
  /** Milliseconds after which no further request is begun. */
  withinMs: number;
  /** Milliseconds between two requests. */
  pauseMs: number;
}

/**
 * Sends a batch of which the provider takes all or none: where it finds fault with one of several, halves are sent, and so on
 * down to the one at fault. What does not fit into the limits is put off; each call settles at least one message, so that
 * repeats come to an end.
 */
export async function sendSplitting<T>(
  items: readonly T[],
  limits: SplitLimits,
  request: (items: readonly T[]) => Promise<Verdict[]>,
): Promise<Verdict[]> {
  const until = limits.clock.now() + limits.withinMs;
  let made = 0;
  let isWell = true;

  const send = async (part: readonly T[]): Promise<Verdict[]> => {
    if (made > 0 && (!isWell || made >= limits.requests || limits.clock.now() >= until))
      return part.map(() => verdict("not_tried"));
    if (made > 0) await limits.clock.sleep(limits.pauseMs);
    made += 1;
    const verdicts = await request(part);
    isWell = verdicts.every((one) => one.health.kind === "ok");
    const isRefused = part.length > 1 && verdicts.every((one) => one.outcome.kind === "rejected");
    if (!isRefused) return verdicts;
    const middle = Math.ceil(part.length / 2);
    return [...(await send(part.slice(0, middle))), ...(await send(part.slice(middle)))];
  };
  return send(items);
}
