import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Reservation, Ledger } from "../../src/rate-limit/ledger.ts";

const LIFETIME = 50;

type Step = { append: number } | { remove: number } | { prune: number };

/** Pages hold 16, so that most of these reach over several. */
const steps = fc.array(
  fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ remove: fc.nat({ max: 200 }) }),
    fc.record({ prune: fc.integer({ min: 0, max: 60 }) }),
  ),
  { minLength: 1, maxLength: 25 },
);

/** Plays the steps; `model` is what a ledger without pages would hold. */
function play(ledger: Ledger, history: readonly Step[]) {
  const made: Reservation[] = [];
  let model: Reservation[] = [];
  let now = 0;
  let tat = 0;
  for (const step of history) {
    if ("append" in step) {
      const entries = Array.from({ length: step.append }, (): Reservation => {
        tat = Math.max(tat, ledger.tat ?? 0, now) + 1;
        return { id: `d${tat}`, at: now, tat, grantedAt: now, expiresAt: tat + LIFETIME };
      });
      ledger.append(entries, now);
      made.push(...entries);
      model.push(...entries);
    } else if ("remove" in step) {
      const id = made[step.remove]?.id ?? "never";
      ledger.remove([id]);
      model = model.filter((entry) => entry.id !== id);
    } else {
      now += step.prune;
      ledger.prune(now);
    }
  }
  return { made, model, now };
}

test("whatever is appended, given back and pruned, nothing that counts is lost, and the storage says the same", async () => {
  const stub = env.USER_RATE_LIMITER.getByName(`user-${crypto.randomUUID()}`);
  await runInDurableObject(stub, async (_, { storage }) => {
    fc.assert(
      fc.property(steps, (history) => {
        for (const [key] of storage.kv.list()) storage.kv.delete(key);
        const ledger = new Ledger(storage.kv, "push");
        const { made, model, now } = play(ledger, history);
        const again = new Ledger(storage.kv, "push");
        const held = (one: Ledger) => made.flatMap(({ id }) => one.find(id) ?? []);
        expect(held(again)).toEqual(held(ledger));
        expect([again.tat, again.expiresAt]).toEqual([ledger.tat, ledger.expiresAt]);
        // What was given back is gone; what has run out may be, as soon as its page has.
        const alive = model.filter(({ expiresAt }) => expiresAt > now);
        expect(model).toEqual(expect.arrayContaining(held(ledger)));
        expect(held(ledger)).toEqual(expect.arrayContaining(alive));
        if (alive.length > 0) expect(ledger.tat).toBe(Math.max(...alive.map((entry) => entry.tat)));
      }),
      { numRuns: 300 },
    );
  });
});
