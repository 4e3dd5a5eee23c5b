import { DurableObject } from "cloudflare:workers";
import { type Rate, type Taken, rateOf, resetMs, take, UNUSED, used } from "./gcra.ts";
import type { Budget, Reservation, Slot, Usage } from "./limiter.ts";

/** A reservation: a dispatch's slot in a budget. All times are epoch ms. */
type Row = {
  dispatch_id: string;
  at: number;
  /** When it was asked for: a repeat from an isolate whose clock is behind must get the same answer. */
  granted_at: number;
};

/** How many expired reservations a call clears away beyond as many as it adds. */
const PRUNE_EXTRA = 8;

/**
 * The budgets of one user, counted in one place. Each call does its work in one synchronous step, so that concurrent
 * calls come one after the other. `now` (epoch ms) is the caller's; only the alarm goes by the object's own clock.
 *
 * The TAT of a budget is the greatest one among its reservations, so there is no second row to keep in step. The table
 * lies in the order of the TAT and has no index: a dispatch is found by going through its budget's reservations, which
 * are few, since a written row costs as much as a thousand read ones. So a reservation costs one written row; refusing,
 * repeating and looking cost none.
 */
export class UserRateLimiter extends DurableObject {
  readonly #sql = this.ctx.storage.sql;
  /** Whether the table exists: it is made by the first reservation, so that looking at a user stores nothing. */
  #stored = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'reservations'").toArray().length > 0;

  /** Takes a slot that is free now, or refuses and takes nothing. */
  async reserve(now: number, budget: Budget, dispatchId: string): Promise<Reservation> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const tat = this.#tat(budget);
    const own = this.#own(budget, [dispatchId]).get(dispatchId);
    if (own) return answer(rate, tat, now, own.at - Math.max(now, own.granted_at));
    const taken = take(rate, tat, now);
    if (taken.at <= now) await this.#keep(now, budget, [{ id: dispatchId, ...taken }]);
    return answer(rate, taken.at <= now ? taken.tat : tat, now, taken.at - now);
  }

  /** A slot for each dispatch in the order given: what is free now, then one every interval. */
  async slots(now: number, budget: Budget, dispatchIds: readonly string[]): Promise<Slot[]> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const at = new Map([...this.#own(budget, dispatchIds)].map(([id, row]) => [id, row.at]));
    const fresh: (Slot & Taken)[] = [];
    let tat = this.#tat(budget);
    const slots = dispatchIds.map((id): Slot => {
      const known = at.get(id);
      if (known !== undefined) return { id, at: known };
      const taken = take(rate, tat, now);
      tat = taken.tat;
      at.set(id, taken.at);
      fresh.push({ id, ...taken });
      return { id, at: taken.at };
    });
    if (fresh.length > 0) await this.#keep(now, budget, fresh);
    return slots;
  }

  /**
   * Gives a reservation back. The latest one frees its slot at once. An earlier one leaves a hole (later slots are
   * promised and stay where they are), which is gone when those after it are given back or have run out.
   */
  async release(budget: Budget, dispatchId: string): Promise<void> {
    if (!this.#stored) return;
    const key = [budget.name, dispatchId];
    this.#sql.exec("DELETE FROM reservations WHERE budget = ? AND dispatch_id = ?", ...key);
  }

  /** Reads only. */
  async usage(now: number, budget: Budget): Promise<Usage> {
    const rate = rateOf(budget.limit, budget.periodMs);
    return { used: used(rate, this.#tat(budget), now), limit: budget.limit };
  }

  /** Deletes everything, so that the object costs nothing and holds nothing. */
  async erase(): Promise<void> {
    this.#stored = false;
    await this.ctx.storage.deleteAll();
  }

  /** Wipes the storage once the last reservation has run out; until then, drops those that have. */
  override async alarm(): Promise<void> {
    if (!this.#stored) return;
    const now = Date.now();
    this.#sql.exec("DELETE FROM reservations WHERE expires_at <= ?", now);
    const { last } = this.#sql
      .exec<{ last: number | null }>("SELECT max(expires_at) AS last FROM reservations")
      .one();
    if (last === null) await this.erase();
    else await this.#arm(last - now);
  }

  #tat(budget: Budget): number {
    if (!this.#stored) return UNUSED;
    const latest = "SELECT tat FROM reservations WHERE budget = ? ORDER BY tat DESC LIMIT 1";
    return this.#sql.exec<{ tat: number }>(latest, budget.name).toArray()[0]?.tat ?? UNUSED;
  }

  #own(budget: Budget, dispatchIds: readonly string[]): Map<string, Row> {
    if (!this.#stored) return new Map();
    const rows = this.#sql.exec<Row>(
      `SELECT dispatch_id, at, granted_at FROM reservations
       WHERE budget = ? AND dispatch_id IN (SELECT value FROM json_each(?))`,
      budget.name,
      JSON.stringify(dispatchIds),
    );
    return new Map(rows.toArray().map((row) => [row.dispatch_id, row]));
  }

  /** Stores new reservations and drops some that expired: more than are added, so that the table cannot grow. */
  async #keep(now: number, budget: Budget, taken: readonly (Taken & { id: string })[]): Promise<void> {
    this.#ensureTable();
    this.#sql.exec(
      `DELETE FROM reservations WHERE budget = ?1 AND (tat, dispatch_id) IN (
         SELECT tat, dispatch_id FROM reservations WHERE budget = ?1 AND tat <= ?2 ORDER BY tat LIMIT ?3)`,
      budget.name,
      now - budget.periodMs,
      taken.length + PRUNE_EXTRA,
    );
    this.#sql.exec(
      `INSERT INTO reservations (budget, dispatch_id, at, tat, granted_at, expires_at)
       SELECT ?1, value->>'id', value->>'at', value->>'tat', ?2, value->>'tat' + ?3 FROM json_each(?4)`,
      budget.name,
      now,
      budget.periodMs,
      JSON.stringify(taken),
    );
    const last = taken.at(-1);
    if (last) await this.#arm(last.tat + budget.periodMs - now);
  }

  #ensureTable(): void {
    if (this.#stored) return;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS reservations (
        budget TEXT NOT NULL,
        dispatch_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        tat INTEGER NOT NULL,
        granted_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (budget, tat, dispatch_id)
      ) STRICT, WITHOUT ROWID`);
    this.#stored = true;
  }

  /** Setting an alarm is a written row: one is set when there is none, and finds out itself whether it came too early. */
  async #arm(afterMs: number): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + Math.max(0, afterMs));
  }
}

/** What to tell a dispatch whose slot comes in `waitMs`. */
function answer(rate: Rate, tat: number, now: number, waitMs: number): Reservation {
  const reset = resetMs(tat, now);
  return waitMs <= 0
    ? { allowed: true, remaining: rate.burst - used(rate, tat, now), resetMs: reset }
    : { allowed: false, retryAfterMs: waitMs, resetMs: reset };
}
