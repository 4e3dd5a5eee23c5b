import { DurableObject } from "cloudflare:workers";
import type { Pace, ProviderHealth } from "../outcome.ts";
import { MINUTE, SECOND } from "../../lib/clock.ts";
import { take, UNUSED } from "../../rate-limit/gcra.ts";
import { type Breaker, enter, HEALTHY, record, release, view } from "./breaker.ts";
import { type Admission, type GateState, MAX_PACING_WAIT_MS } from "./gate.ts";

const KEY = "breaker";

/** A caller whose clock is so far behind the one before says that one of the two is wrong: the pace starts anew. */
const MAX_SKEW_MS = MINUTE;

/**
 * The gate of one provider. `now` (epoch ms) is the caller's. The breaker is stored, and only when it changes, so that
 * healthy traffic writes nothing; the pace lives in memory, where losing it costs no more than one burst.
 */
export class ProviderGate extends DurableObject {
  #breaker: Breaker | undefined;
  #pace = { tat: UNUSED, now: UNUSED };

  /** Asks to send `count` messages; a refusal takes nothing, neither the probe nor a place in the pace. */
  async acquire(now: number, count: number, pace: Pace): Promise<Admission> {
    const entry = enter(this.#load(), now);
    if (!entry.admitted) return entry;
    const rate = { intervalMs: SECOND / pace.ratePerSecond, burst: pace.burst };
    const tat = now < this.#pace.now - MAX_SKEW_MS ? UNUSED : this.#pace.tat;
    const taken = take(rate, tat, now, count);
    const waitMs = Math.round(taken.at - now);
    if (waitMs > MAX_PACING_WAIT_MS) return { admitted: false, retryAt: now + waitMs };
    this.#pace = { tat: taken.tat, now };
    this.#store(entry.next);
    return { admitted: true, waitMs, probe: entry.probe, reportSuccess: entry.reportSuccess };
  }

  /** Takes back places in the pace, and the probe if it was not made. */
  async giveBack(now: number, count: number, pace: Pace, probe: boolean): Promise<void> {
    this.#pace.tat -= (count * SECOND) / pace.ratePerSecond;
    if (probe) this.#store(release(this.#load(), now));
  }

  /** Counts a round of requests. */
  async report(now: number, health: ProviderHealth): Promise<void> {
    this.#store(record(this.#load(), health, now));
  }

  /** Reads only. */
  async peek(now: number): Promise<GateState> {
    return view(this.#load(), now);
  }

  #load(): Breaker {
    this.#breaker ??= this.ctx.storage.kv.get<Breaker>(KEY) ?? HEALTHY;
    return this.#breaker;
  }

  #store(next: Breaker): void {
    if (next === this.#breaker) return;
    this.#breaker = next;
    this.ctx.storage.kv.put(KEY, next);
  }
}
