import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Entry, Ledger } from "../../src/rate-limit/ledger.ts";

const LIFETIME = 50;
const USERS = ["ann", "ben", "cy"];
const BUDGETS = ["push", "email"];

type Step =
  | { append: [number, number][] }
  | { remove: number[] }
  | { forget: number }
  | { prune: number }
  | { reload: true };

/** Pages hold 32, so that most of these reach over several. */
const steps = fc.array(
  fc.oneof(
    fc.record({ append: fc.array(fc.tuple(fc.nat(2), fc.nat(1)), { minLength: 1, maxLength: 80 }) }),
    fc.record({ remove: fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 5 }) }),
    fc.record({ forget: fc.nat(2) }),
    fc.record({ prune: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ reload: fc.constant(true as const) }),
  ),
  { minLength: 1, maxLength: 25 },
);

/** Plays the steps; `model` is what a ledger without pages would hold. */
function play(kv: SyncKvStorage, history: readonly Step[]) {
  let ledger = new Ledger(kv);
  const made: Entry[] = [];
  let model: Entry[] = [];
  let now = 0;
  for (const step of history) {
    if ("append" in step) {
      const entries = step.append.map(([user, budget], i): Entry => {
        const tat = now + made.length + i + 1;
        const whose = { user: USERS[user] ?? "", budget: BUDGETS[budget] ?? "" };
        return {
          ...whose,
          id: `d${made.length + i}`,
          at: now,
          from: tat - 1,
          tat,
          grantedAt: now,
          expiresAt: tat + LIFETIME,
        };
      });
      ledger.append(entries, now);
      made.push(...entries);
      model.push(...entries);
    } else if ("remove" in step) {
      const gone = step.remove.flatMap((n) => made[n] ?? []);
      ledger.remove(gone.map(({ user, budget, id }) => ({ user, budget, ids: [id, "never"] })));
      model = model.filter((entry) => !gone.includes(entry));
    } else if ("forget" in step) {
      ledger.forget(USERS[step.forget] ?? "");
      model = model.filter(({ user }) => user !== USERS[step.forget]);
    } else if ("prune" in step) {
      now += step.prune;
      ledger.prune(now);
    } else ledger = new Ledger(kv);
  }
  return { ledger, made, model, now };
}

test("whatever is appended, given back, forgotten and pruned, nothing that counts is lost, and the storage says the same", async () => {
  const stub = env.USER_RATE_LIMITER.getByName(`shard-${crypto.randomUUID()}`);
  await runInDurableObject(stub, async (_, { storage }) => {
    fc.assert(
      fc.property(steps, (history) => {
        for (const [key] of storage.kv.list()) storage.kv.delete(key);
        const { ledger, made, model, now } = play(storage.kv, history);
        const again = new Ledger(storage.kv);
        const held = (one: Ledger) =>
          made.flatMap(
            ({ user, budget, id }) => one.book(user, budget).find(id, Number.NEGATIVE_INFINITY) ?? [],
          );
        expect(held(again)).toEqual(held(ledger));
        expect(again.isEmpty).toBe(held(ledger).length === 0);
        // What was given back is gone; what has run out may be, as soon as its page has.
        const alive = model.filter(({ expiresAt }) => expiresAt > now);
        expect(model).toEqual(expect.arrayContaining(held(ledger)));
        expect(held(ledger)).toEqual(expect.arrayContaining(alive));
        for (const user of USERS)
          for (const budget of BUDGETS) {
            const own = alive.filter((entry) => entry.user === user && entry.budget === budget);
            if (own.length === 0) continue;
            expect(ledger.book(user, budget).tat).toBe(Math.max(...own.map(({ tat }) => tat)));
            const spans = [...ledger.book(user, budget).taken()].map(({ to }) => to);
            expect(spans).toEqual(spans.toSorted((a, b) => a - b));
          }
      }),
      { numRuns: 300 },
    );
  });
});
