import { DurableObject } from "cloudflare:workers";
import { available, freeAmong, type Opening, openings, type Rate, rateOf, resetMs } from "./gcra.ts";
import { type Reservation, Ledger } from "./ledger.ts";
import { type Budget, HORIZON_MS, type RateLimitResult, type Slot, type Usage } from "./limiter.ts";

/**
 * The budgets of one user, counted in one place. Each call does its work in one synchronous step, so that concurrent
 * calls come one after the other. `now` (epoch ms) is the caller's; only the alarm goes by the object's own clock.
 *
 * A reservation costs one written row, and now and then one more for a page that has expired. Refusals, repeats and reads
 * cost none.
 */
export class UserRateLimiter extends DurableObject {
  readonly #kv = this.ctx.storage.kv;
  /** The stored reservations by the budget's name, read at their first use: eviction clears the memory. */
  readonly #ledgers = new Map<string, Ledger>();
  /** Whether an alarm is known to be set, since asking the storage is a call of its own. */
  #armed = false;

  /** Takes a slot that is free now, or refuses and takes nothing. */
  async reserve(now: number, budget: Budget, dispatchId: string): Promise<RateLimitResult> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const ledger = this.#ledger(budget.name);
    const own = ledger.find(dispatchId);
    if (own) return answer(rate, ledger, now, own.at - Math.max(now, own.grantedAt));
    const { value: opening } = openings(rate, freeIn(ledger, rate, now), now).next();
    if (opening.at > now) return answer(rate, ledger, now, opening.at - now);
    await this.#keep(now, ledger, [reservationOf(budget, dispatchId, opening, now)]);
    return answer(rate, ledger, now, 0);
  }

  /** A slot for each dispatch in the order given: what is free now, then one every interval, as far as the horizon. */
  async slots(now: number, budget: Budget, dispatchIds: readonly string[]): Promise<Slot[]> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const ledger = this.#ledger(budget.name);
    const free = openings(rate, freeIn(ledger, rate, now), now);
    const fresh: Reservation[] = [];
    const slots = new Map<string, Slot>();
    for (const id of new Set(dispatchIds)) {
      const known = ledger.find(id);
      if (known !== undefined) {
        slots.set(id, { id, at: known.at });
        continue;
      }
      const opening = free.next().value;
      const slot = slotOf(id, opening, now);
      if (slot.at !== null) fresh.push(reservationOf(budget, id, opening, now));
      slots.set(id, slot);
    }
    if (fresh.length > 0) await this.#keep(now, ledger, fresh);
    return dispatchIds.flatMap((id) => slots.get(id) ?? []);
  }

  /** The slot that a dispatch has, or would get. Reads only. */
  async peek(now: number, budget: Budget, id: string): Promise<Slot> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const ledger = this.#ledger(budget.name);
    const known = ledger.find(id);
    if (known !== undefined) return { id, at: known.at };
    return slotOf(id, openings(rate, freeIn(ledger, rate, now), now).next().value, now);
  }

  /** Frees slots. The next caller may get them; later slots stay where they are. */
  async release(budget: Budget, dispatchIds: readonly string[]): Promise<void> {
    this.#ledger(budget.name).remove(dispatchIds);
  }

  /** Reads only. */
  async usage(now: number, budget: Budget): Promise<Usage> {
    const rate = rateOf(budget.limit, budget.periodMs);
    return { used: usedOf(rate, this.#ledger(budget.name), now), limit: budget.limit };
  }

  /** Deletes everything, so that the object costs nothing and holds nothing. */
  async erase(): Promise<void> {
    this.#ledgers.clear();
    this.#armed = false;
    await this.ctx.storage.deleteAll();
  }

  /** Deletes reservations that have expired, and the whole storage once all have. */
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

  async #keep(now: number, ledger: Ledger, reservations: readonly Reservation[]): Promise<void> {
    ledger.append(reservations, now);
    await this.#arm((ledger.expiresAt ?? now) - now);
  }

  /** Sets an alarm when there is none: each setting is a written row. An alarm that comes too early sets the next one. */
  async #arm(afterMs: number): Promise<void> {
    if (this.#armed) return;
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + Math.max(0, afterMs));
    this.#armed = true;
  }
}

const freeIn = (ledger: Ledger, { intervalMs }: Rate, now: number) =>
  freeAmong(ledger.taken(intervalMs), now);

const usedOf = (rate: Rate, ledger: Ledger, now: number): number =>
  rate.burst - available(rate, freeIn(ledger, rate, now), now);

const slotOf = (id: string, { at }: Opening, now: number): Slot =>
  at <= now + HORIZON_MS ? { id, at } : { id, at: null, askAgainAt: at - HORIZON_MS };

const reservationOf = (budget: Budget, id: string, { from, tat, at }: Opening, now: number): Reservation => ({
  id,
  at,
  from,
  tat,
  grantedAt: now,
  expiresAt: tat + budget.periodMs,
});

/** The answer for a dispatch whose slot comes in `waitMs`. */
function answer(rate: Rate, ledger: Ledger, now: number, waitMs: number): RateLimitResult {
  const reset = resetMs(ledger.tat ?? now, now);
  return waitMs <= 0
    ? { allowed: true, remaining: rate.burst - usedOf(rate, ledger, now), resetMs: reset }
    : { allowed: false, retryAfterMs: waitMs, resetMs: reset };
}
