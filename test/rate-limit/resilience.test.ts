import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { hourly, newUser, reserveAll } from "./world.ts";

describe("whatever happens around it", () => {
  test("usage is 0 for a user without reservations", async () => {
    expect(await newUser().limiter.usage(hourly(100))).toEqual({ used: 0, limit: 100 });
  });

  test("a clock that goes back refuses no dispatch that was allowed", async () => {
    const { clock, limiter } = newUser();
    const budget = hourly(1);
    await limiter.reserve(budget, "a");
    clock.move(HOUR);
    await limiter.reserve(budget, "b");
    clock.move(-5);
    expect(await reserveAll(limiter, budget, ["a", "b", "c"])).toEqual([true, true, false]);
  });

  test("a changed limit leaves the share of the budget that is used", async () => {
    const { limiter } = newUser();
    await reserveAll(limiter, hourly(2), ["a", "b"]);
    expect(await limiter.usage(hourly(4))).toEqual({ used: 4, limit: 4 });
    await limiter.release(hourly(4), ["b"]);
    expect(await limiter.usage(hourly(4))).toEqual({ used: 2, limit: 4 });
    expect(await reserveAll(limiter, hourly(4), ["c", "d", "e"])).toEqual([true, true, false]);
    expect(await limiter.usage(hourly(1))).toEqual({ used: 1, limit: 1 });
  });

  test("an erased user starts anew, and can be erased again", async () => {
    const { limiter } = newUser();
    await reserveAll(limiter, hourly(1), ["a"]);
    await limiter.erase();
    expect((await limiter.usage(hourly(1))).used).toBe(0);
    expect(await reserveAll(limiter, hourly(1), ["b"])).toEqual([true]);
    await limiter.erase();
    await limiter.erase();
    expect((await limiter.usage(hourly(1))).used).toBe(0);
  });

  test("eviction between calls changes no answer", { timeout: 30_000 }, async () => {
    const steps = fc.array(
      fc.record({
        minutes: fc.integer({ min: -5, max: 60 }),
        call: fc.constantFrom("reserve" as const, "slots" as const, "release" as const),
        ids: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
      { minLength: 5, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const [evicted, undisturbed] = [newUser(), newUser()];
        const play = async ({ clock, limiter }: typeof evicted, step: (typeof history)[number]) => {
          clock.move(step.minutes * MINUTE);
          const answers: unknown[] = [];
          if (step.call === "reserve")
            for (const id of step.ids) answers.push(await limiter.reserve(hourly(3), id));
          else answers.push(await limiter[step.call](hourly(3), step.ids));
          return [...answers, await limiter.usage(hourly(3))];
        };
        for (const step of history) {
          expect(await play(evicted, step)).toEqual(await play(undisturbed, step));
          await evicted.evict();
        }
      }),
      { numRuns: 8 },
    );
  });
});
