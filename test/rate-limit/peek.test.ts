import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, MINUTE } from "../../src/lib/clock.ts";
import { givenIsolates } from "./quota/world.ts";
import { hourly, newIds, newUser, objectOf } from "./world.ts";

test("a look at a budget says which slot a dispatch has, or would get, and takes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ take: fc.nat(30), pass: fc.nat(90) }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, limit) => {
        const { clock, limiter, userId } = newUser();
        const budget = hourly(limit);
        const stored = () => runInDurableObject(objectOf(userId), (_, { storage }) => [...storage.kv.list()]);
        for (const { take, pass } of steps) {
          await limiter.slots(budget, newIds(take));
          clock.move(pass * MINUTE);
          const [id = ""] = newIds(1);
          const before = await stored();
          const seen = await limiter.peek(budget, id, clock.now());
          expect(await stored()).toEqual(before);
          expect(await limiter.slots(budget, [id])).toEqual([seen]);
          const has = await limiter.peek(budget, id, clock.now() + MINUTE);
          if (seen.at !== null) expect(has).toEqual(seen);
        }
      },
    ),
    { numRuns: 25 },
  );
});

test("a look at a quota says what would be refused, and takes nothing", async () => {
  const { clock, org, isolates, object } = givenIsolates(2, 10);
  const [one, two] = isolates;
  clock.move(DAY / 4);
  const stored = () => runInDurableObject(object, (_, { storage }) => [...storage.kv.list()]);
  expect(await one?.peek(org, 10, clock.now())).toBeNull();
  expect(await stored()).toEqual([]);
  await one?.spend(org, 8);
  const before = await stored();
  for (const isolate of [one, two]) {
    expect(await isolate?.peek(org, 2, clock.now())).toBeNull();
    expect(await isolate?.peek(org, 3, clock.now())).toEqual({ retryAfterMs: (3 * DAY) / 4 });
    expect(await isolate?.peek(org, 3, clock.now() + DAY)).toBeNull();
  }
  expect(await stored()).toEqual(before);
  // An isolate that knows that nothing is left does not ask.
  await one?.spend(org, 2);
  expect(await one?.peek(org, 1, clock.now())).toEqual({ retryAfterMs: (3 * DAY) / 4 });
  expect(await two?.peek(org, 1, clock.now())).toEqual({ retryAfterMs: (3 * DAY) / 4 });
});
