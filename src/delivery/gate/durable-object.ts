import { DurableObject } from "cloudflare:workers";
import type { Pace, ProviderHealth } from "../outcome.ts";
import { MINUTE, SECOND } from "../../lib/clock.ts";
import { take, UNUSED } from "../../rate-limit/gcra.ts";
import { type Breaker, acquire, HEALTHY, record, release, view } from "./breaker.ts";
import { type Admission, type GateState, MAX_PACING_WAIT_MS } from "./gate.ts";

const KEY = "breaker";

/** When a caller's clock is so far behind the one before, one of the two is wrong, and the pace starts anew. */
const MAX_SKEW_MS = MINUTE;

/**
 * The gate of one provider. `now` (epoch ms) is the caller's. The breaker is stored, and only when it changes, so that
 * healthy traffic writes nothing; the pace lives in memory, where losing it costs no more than one burst.
 */
export class ProviderGate extends DurableObject {
  #breaker: Breaker | undefined;
  #pace = { tat: UNUSED, now: UNUSED };

  /** Asks to send `count` messages. A refusal takes neither the probe nor a place in the pace. */
  async acquire(now: number, count: number, pace: Pace): Promise<Admission> {
    const acquired = acquire(this.#load(), now);
    if (!acquired.admitted) return acquired;
    const rate = { intervalMs: SECOND / pace.ratePerSecond, burst: pace.burst };
    const tat = now < this.#pace.now - MAX_SKEW_MS ? UNUSED : this.#pace.tat;
    const taken = take(rate, tat, now, count);
    const waitMs = Math.round(taken.at - now);
    if (waitMs > MAX_PACING_WAIT_MS) return { admitted: false, retryAt: now + waitMs };
    this.#pace = { tat: taken.tat, now };
    this.#store(acquired.next);
    return { admitted: true, waitMs, probe: acquired.probe, reportSuccess: acquired.reportSuccess };
  }

  /** Frees places in the pace, and the probe if it was not made. */
  async giveBack(now: number, count: number, pace: Pace, probe: boolean): Promise<void> {
    this.#pace.tat -= (count * SECOND) / pace.ratePerSecond;
    if (probe) this.#store(release(this.#load(), now));
  }

  /** Records how requests went. */
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
