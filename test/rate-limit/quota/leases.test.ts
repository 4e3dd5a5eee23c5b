import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY } from "../../../src/lib/clock.ts";
import { givenIsolates } from "./world.ts";

describe("an organization's day", () => {
  test("whoever spends whenever, never more than the quota is spent, and all of it can be", async () => {
    const step = fc.record({
      isolate: fc.nat(2),
      units: fc.integer({ min: 1, max: 7 }),
      kind: fc.constantFrom("spend", "spend", "spend", "spend", "evict", "nextDay"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 20, 3_000),
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
        async (limit, groups) => {
          const { clock, org, isolates, object } = givenIsolates(3, limit);
          let spent = 0;
          for (const group of groups) {
            await Promise.all(
              group.map(async ({ isolate, units, kind }) => {
                if (kind === "evict") return evictDurableObject(object).catch(() => {});
                if (kind === "spend" && (await isolates[isolate]?.spend(org, units)) === null) spent += units;
              }),
            );
            expect(spent).toBeLessThanOrEqual(limit);
            if (group.some(({ kind }) => kind === "nextDay")) {
              clock.move(DAY);
              spent = 0;
            }
          }
          // What is left for nobody else is one isolate's: to the last unit, where blocks are of one.
          if (limit >= 2_000) return;
          while ((await isolates[0]?.spend(org, 1)) === null) spent++;
          expect(spent).toBe(limit);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("is leased in blocks, so that an object is asked once in a thousandth of the quota", async () => {
    const { org, isolates, object } = givenIsolates(1, 1_000_000);
    for (let i = 0; i < 1_000; i++) expect(await isolates[0]?.spend(org, 1)).toBeNull();
    const used = () => runInDurableObject(object, (_, { storage }) => storage.kv.get("used"));
    expect(await used()).toMatchObject({ used: 1_000 });
    await isolates[0]?.spend(org, 1);
    expect(await used()).toMatchObject({ used: 2_000 });
  });

  test("says when the next one begins, and remembers that it is used up without asking again", async () => {
    const { clock, org, isolates } = givenIsolates(2, 2);
    const [one, two] = isolates;
    clock.move(DAY / 4);
    await one?.spend(org, 2);
    expect(one?.usedUp()).toEqual([org]);
    expect(two?.usedUp()).toEqual([]);
    expect(await two?.spend(org, 1)).toEqual({ retryAfterMs: (3 * DAY) / 4 });
    expect(two?.usedUp()).toEqual([org]);
    clock.move((3 * DAY) / 4);
    expect([one?.usedUp(), two?.usedUp()]).toEqual([[], []]);
    expect(await two?.spend(org, 1)).toBeNull();
  });

  test("takes what has been used already even where it is too much", async () => {
    const { org, isolates } = givenIsolates(1, 5);
    await isolates[0]?.spend(org, 3);
    await isolates[0]?.charge(org, 4);
    expect(isolates[0]?.usedUp()).toEqual([org]);
    expect(await isolates[0]?.spend(org, 1)).not.toBeNull();
  });

  test("leaves nothing behind once it is over", async () => {
    const { org, isolates, object } = givenIsolates(1, 5);
    await isolates[0]?.spend(org, 3);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    const stored = await runInDurableObject(object, async (_, { storage }) => [
      (await storage.list()).size,
      await storage.getAlarm(),
    ]);
    expect(stored).toEqual([0, null]);
  });
});
