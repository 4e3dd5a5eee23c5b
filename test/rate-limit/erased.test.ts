import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { createLimiters } from "../../src/rate-limit/client.ts";
import { type Entry } from "../../src/rate-limit/ledger.ts";
import { UserRateLimiter } from "../../src/rate-limit/durable-object.ts";
import { hourly, manualClock, newIds } from "./world.ts";

describe("a user who was erased", () => {
  const newObject = () => env.USER_RATE_LIMITER.getByName(`shard-${crypto.randomUUID()}`);

  test("counts anew; what is left empty wipes itself, and again one day", () =>
    runInDurableObject(newObject(), async (limiter: UserRateLimiter, state) => {
      const now = Date.now();
      await limiter.slots(now, hourly(2), [{ user: "ann", ids: newIds(2) }]);
      await limiter.erase("ann");
      expect([await state.storage.getAlarm(), [...state.storage.kv.list()]]).toEqual([null, []]);
      expect(await limiter.usage(now, hourly(2), "ann")).toEqual({ used: 0, limit: 2 });
      await limiter.reserve(now, hourly(2), "ann", "again");
      expect(await state.storage.getAlarm()).not.toBeNull();
      expect(await limiter.usage(now, hourly(2), "ann")).toEqual({ used: 1, limit: 2 });
    }));

  test("is gone from the storage, and others keep what they have", () =>
    runInDurableObject(newObject(), async (limiter: UserRateLimiter, state) => {
      const now = Date.now();
      for (let round = 0; round < 5; round++)
        for (const user of ["ann", "ben"])
          for (const name of ["push", "email"])
            await limiter.slots(now, hourly(60, name), [{ user, ids: newIds(7) }]);
      await limiter.erase("ann");
      const left = [...state.storage.kv.list<Entry[]>()].flatMap(([, page]) => page);
      expect(left).toHaveLength(5 * 2 * 7);
      expect(new Set(left.map(({ user }) => user))).toEqual(new Set(["ben"]));
      expect(await limiter.usage(now, hourly(), "ann")).toEqual({ used: 0, limit: 60 });
      expect(await limiter.usage(now, hourly(), "ben")).toEqual({ used: 35, limit: 60 });
    }));
});

test("a call for no dispatch does not wake the object", async () => {
  const calls = {
    slots: vi.spyOn(UserRateLimiter.prototype, "slots"),
    release: vi.spyOn(UserRateLimiter.prototype, "release"),
  };
  const limiters = createLimiters(env.USER_RATE_LIMITER, manualClock());
  const limiter = limiters.of(`user-${crypto.randomUUID()}`);
  expect(await limiter.slots(hourly(), [])).toEqual([]);
  await limiter.release(hourly(), []);
  expect(limiters.shardsOf([])).toEqual([]);
  expect([calls.slots.mock.calls, calls.release.mock.calls]).toEqual([[], []]);
  const [id = ""] = newIds(1);
  await limiter.slots(hourly(), [id]);
  await limiter.release(hourly(), [id]);
  expect([calls.slots.mock.calls.length, calls.release.mock.calls.length]).toEqual([1, 1]);
  vi.restoreAllMocks();
});
