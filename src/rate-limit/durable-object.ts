import { DurableObject } from "cloudflare:workers";
import { HOUR } from "../lib/clock.ts";
import { available, freeAmong, type Opening, openings, type Rate, rateOf, resetMs } from "./gcra.ts";
import { type Book, type Entry, Ledger } from "./ledger.ts";
import {
  type Budget,
  HORIZON_MS,
  type OfUser,
  type RateLimitResult,
  type Slot,
  type Held,
  type Usage,
} from "./limiter.ts";

/** What has expired is deleted by the calls; the alarm deletes what they leave, so often while there is anything. */
const PRUNE_EVERY_MS = HOUR;

/**
 * The budgets of the users of one shard, each user's in this one place. Each call does its work in one synchronous step, so
 * that concurrent calls come one after the other. `now` (epoch ms) is the caller's; only the alarm goes by the object's own
 * clock.
 *
 * The reservations of one call cost a written row for 32 of them, and now and then one more for a page that has expired.
 * Refusals, repeats and reads cost none.
 */
export class UserRateLimiter extends DurableObject {
  readonly #kv = this.ctx.storage.kv;
  /** Read at the first use: eviction clears the memory. */
  #ledger: Ledger | null = null;
  /** Whether an alarm is known to be set, since asking the storage is a call of its own. */
  #armed = false;

  /** Takes a slot that is free now, or refuses and takes nothing. */
  async reserve(now: number, budget: Budget, user: string, dispatchId: string): Promise<RateLimitResult> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const book = this.#entries().book(user, budget.name);
    const own = book.find(dispatchId, now);
    if (own) return answer(rate, book, now, own.at - Math.max(now, own.grantedAt));
    const { value: opening } = openings(rate, freeIn(book, now), now).next();
    if (opening.at > now) return answer(rate, book, now, opening.at - now);
    await this.#keep(now, [entryOf(user, budget, dispatchId, opening, now)]);
    return answer(rate, this.#entries().book(user, budget.name), now, 0);
  }

  /**
   * A slot for each dispatch, for each user in the order given: what is free now, then one every interval, as far as the
   * horizon. Each user is there once.
   */
  async slots(now: number, budget: Budget, wanted: readonly OfUser[]): Promise<Slot[]> {
    const fresh: Entry[] = [];
    const slots = wanted.flatMap((own) => this.#slotsFor(now, budget, own, fresh));
    if (fresh.length > 0) await this.#keep(now, fresh);
    return slots;
  }

  /** The slot that a dispatch has, or would get. Reads only. */
  async peek(now: number, budget: Budget, user: string, id: string): Promise<Slot> {
    const rate = rateOf(budget.limit, budget.periodMs);
    const book = this.#entries().book(user, budget.name);
    const known = book.find(id, now);
    if (known !== undefined) return { id, at: known.at };
    return slotOf(id, openings(rate, freeIn(book, now), now).next().value, now);
  }

  /** Frees slots. The next caller may get them; later slots stay where they are. */
  async release(unsent: readonly Held[]): Promise<void> {
    this.#entries().remove(unsent);
  }

  /** Reads only. */
  async usage(now: number, budget: Budget, user: string): Promise<Usage> {
    const rate = rateOf(budget.limit, budget.periodMs);
    return { used: usedOf(rate, this.#entries().book(user, budget.name), now), limit: budget.limit };
  }

  /** Deletes everything of a user. */
  async erase(user: string): Promise<void> {
    this.#entries().forget(user);
    if (this.#entries().isEmpty) await this.#wipe();
  }

  /** Deletes reservations that have expired, and the whole storage once all have. */
  override async alarm(): Promise<void> {
    this.#armed = false;
    this.#entries().prune(Date.now());
    // An object of an older version, which had one for each user, ends here too: it holds no page.
    if (this.#entries().isEmpty) await this.#wipe();
    else await this.#arm();
  }

  /** Adds to `fresh` what is taken. */
  #slotsFor(now: number, budget: Budget, { user, ids }: OfUser, fresh: Entry[]): Slot[] {
    const rate = rateOf(budget.limit, budget.periodMs);
    const book = this.#entries().book(user, budget.name);
    const free = openings(rate, freeIn(book, now), now);
    const slots = new Map<string, Slot>();
    for (const id of new Set(ids)) {
      const known = book.find(id, now);
      if (known !== undefined) {
        slots.set(id, { id, at: known.at });
        continue;
      }
      const opening = free.next().value;
      const slot = slotOf(id, opening, now);
      if (slot.at !== null) fresh.push(entryOf(user, budget, id, opening, now));
      slots.set(id, slot);
    }
    return ids.flatMap((id) => slots.get(id) ?? []);
  }

  #entries(): Ledger {
    this.#ledger ??= new Ledger(this.#kv);
    return this.#ledger;
  }

  async #keep(now: number, entries: readonly Entry[]): Promise<void> {
    this.#entries().append(entries, now);
    await this.#arm();
  }

  /** So that the object costs nothing and holds nothing. */
  async #wipe(): Promise<void> {
    this.#ledger = null;
    this.#armed = false;
    await this.ctx.storage.deleteAll();
  }

  /** Sets an alarm when there is none: each setting is a written row. */
  async #arm(): Promise<void> {
    if (this.#armed) return;
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + PRUNE_EVERY_MS);
    this.#armed = true;
  }
}

const freeIn = (book: Book, now: number) => freeAmong(book.taken(), now);

const usedOf = (rate: Rate, book: Book, now: number): number =>
  rate.burst - available(rate, freeIn(book, now), now);

const slotOf = (id: string, { at }: Opening, now: number): Slot =>
  at <= now + HORIZON_MS ? { id, at } : { id, at: null, askAgainAt: at - HORIZON_MS };

const entryOf = (
  user: string,
  budget: Budget,
  id: string,
  { from, tat, at }: Opening,
  now: number,
): Entry => ({
  user,
  budget: budget.name,
  id,
  at,
  from,
  tat,
  grantedAt: now,
  expiresAt: tat + budget.periodMs,
});

/** The answer for a dispatch whose slot comes in `waitMs`. */
function answer(rate: Rate, book: Book, now: number, waitMs: number): RateLimitResult {
  const reset = resetMs(book.tat ?? now, now);
  return waitMs <= 0
    ? { allowed: true, remaining: rate.burst - usedOf(rate, book, now), resetMs: reset }
    : { allowed: false, retryAfterMs: waitMs, resetMs: reset };
}
