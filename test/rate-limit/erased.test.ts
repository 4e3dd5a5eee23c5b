import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { createLimiters } from "../../src/rate-limit/budgets.ts";
import { UserRateLimiter } from "../../src/rate-limit/durable-object.ts";
import { hourly, manualClock, newIds } from "./world.ts";

describe("a limiter that was erased", () => {
  const newLimiter = () => env.USER_RATE_LIMITER.getByName(`user-${crypto.randomUUID()}`);

  test("counts anew, and wipes itself again one day", () =>
    runInDurableObject(newLimiter(), async (limiter: UserRateLimiter, state) => {
      const now = Date.now();
      await limiter.slots(now, hourly(2), newIds(2));
      await limiter.erase();
      expect([await state.storage.getAlarm(), [...state.storage.kv.list()]]).toEqual([null, []]);
      expect(await limiter.usage(now, hourly(2))).toEqual({ used: 0, limit: 2 });
      await limiter.reserve(now, hourly(2), "again");
      expect(await state.storage.getAlarm()).not.toBeNull();
      expect(await limiter.usage(now, hourly(2))).toEqual({ used: 1, limit: 2 });
    }));
});

test("a call for no dispatch does not wake the object", async () => {
  const calls = {
    slots: vi.spyOn(UserRateLimiter.prototype, "slots"),
    release: vi.spyOn(UserRateLimiter.prototype, "release"),
  };
  const limiter = createLimiters(env.USER_RATE_LIMITER, manualClock())(`user-${crypto.randomUUID()}`);
  expect(await limiter.slots(hourly(), [])).toEqual([]);
  await limiter.release(hourly(), []);
  expect([calls.slots.mock.calls, calls.release.mock.calls]).toEqual([[], []]);
  const [id = ""] = newIds(1);
  await limiter.slots(hourly(), [id]);
  await limiter.release(hourly(), [id]);
  expect([calls.slots.mock.calls.length, calls.release.mock.calls.length]).toEqual([1, 1]);
  vi.restoreAllMocks();
});
