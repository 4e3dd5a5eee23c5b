import { DurableObject } from "cloudflare:workers";
import { type Rate, rateOf, resetMs, take, used } from "./gcra.ts";
import { type Entry, Ledger } from "./ledger.ts";
import type { Budget, Reservation, Slot, Usage } from "./limiter.ts";

/**
 * The budgets of one user, counted in one place. Each call does its work in one synchronous step, so that concurrent
 * calls come one after the other. `now` (epoch ms) is the caller's; only the alarm goes by the object's own clock.
 *
 * A reservation costs one written row, and now and then one more for a page that has run out; refusing, repeating and
 * looking cost none.
 */
export class UserRateLimiter extends DurableObject {
  readonly #kv = this.ctx.storage.kv;
  /** What is stored, by the budget's name: read when it is first needed, since an object that sleeps forgets it. */
  readonly #ledgers = new Map<string, Ledger>();
  /** Whether an alarm is known to be set: to ask is a call of its own. */
  #armed = false;

  /** Takes a slot that is free now, or refuses and takes nothing. */
  async reserve(now: number, budget: Budget, dispatchId: string): Promise<Reservation> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const ledger = this.#ledger(budget.name);
    const own = ledger.find(dispatchId);
    if (own) return answer(rate, ledger.tat, now, own.at - Math.max(now, own.grantedAt));
    const taken = take(rate, ledger.tat, now);
    if (taken.at > now) return answer(rate, ledger.tat, now, taken.at - now);
    const expiresAt = taken.tat + budget.periodMs;
    await this.#keep(now, ledger, [{ id: dispatchId, ...taken, grantedAt: now, expiresAt }]);
    return answer(rate, taken.tat, now, 0);
  }

  /** A slot for each dispatch in the order given: what is free now, then one every interval. */
  async slots(now: number, budget: Budget, dispatchIds: readonly string[]): Promise<Slot[]> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const ledger = this.#ledger(budget.name);
    const fresh = new Map<string, Entry>();
    let { tat } = ledger;
    const slots = dispatchIds.map((id): Slot => {
      const known = ledger.find(id) ?? fresh.get(id);
      if (known !== undefined) return { id, at: known.at };
      const taken = take(rate, tat, now);
      tat = taken.tat;
      fresh.set(id, { id, ...taken, grantedAt: now, expiresAt: tat + budget.periodMs });
      return { id, at: taken.at };
    });
    if (fresh.size > 0) await this.#keep(now, ledger, [...fresh.values()]);
    return slots;
  }

  /**
   * Gives a reservation back. The latest one frees its slot at once. An earlier one leaves a hole (later slots are
   * promised and stay where they are), which is gone when those after it are given back or have run out.
   */
  async release(budget: Budget, dispatchId: string): Promise<void> {
    this.#ledger(budget.name).remove(dispatchId);
  }

  /** Reads only. */
  async usage(now: number, budget: Budget): Promise<Usage> {
    const rate = rateOf(budget.limit, budget.periodMs);
    return { used: used(rate, this.#ledger(budget.name).tat, now), limit: budget.limit };
  }

  /** Deletes everything, so that the object costs nothing and holds nothing. */
  async erase(): Promise<void> {
    this.#ledgers.clear();
    this.#armed = false;
    await this.ctx.storage.deleteAll();
  }

  /** Wipes the storage once the last reservation has run out; until then, drops those that have. */
  override async alarm(): Promise<void> {
    this.#armed = false;
    const now = Date.now();
    const names = new Set([...this.#kv.list()].map(([key]) => Ledger.budgetOf(key)));
    const ledgers = [...names].map((name) => this.#ledger(name));
    const last = Math.max(0, ...ledgers.map(({ expiresAt }) => expiresAt ?? 0));
    if (last <= now) return this.erase();
    for (const ledger of ledgers) ledger.prune(now);
    await this.#arm(last - now);
  }

  #ledger(name: string): Ledger {
    const known = this.#ledgers.get(name);
    if (known) return known;
    const read = new Ledger(this.#kv, name);
    this.#ledgers.set(name, read);
    return read;
  }

  async #keep(now: number, ledger: Ledger, entries: readonly Entry[]): Promise<void> {
    ledger.append(entries, now);
    await this.#arm((ledger.expiresAt ?? now) - now);
  }

  /** Setting an alarm is a written row: one is set when there is none, and finds out itself whether it came too early. */
  async #arm(afterMs: number): Promise<void> {
    if (this.#armed) return;
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + Math.max(0, afterMs));
    this.#armed = true;
  }
}

/** What to tell a dispatch whose slot comes in `waitMs`. */
function answer(rate: Rate, tat: number, now: number, waitMs: number): Reservation {
  const reset = resetMs(tat, now);
  return waitMs <= 0
    ? { allowed: true, remaining: rate.burst - used(rate, tat, now), resetMs: reset }
    : { allowed: false, retryAfterMs: waitMs, resetMs: reset };
}
