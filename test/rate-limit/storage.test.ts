import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { HOUR, MINUTE, systemClock } from "../../src/lib/clock.ts";
import { createLimiters } from "../../src/rate-limit/budgets.ts";
import type { UserRateLimiter } from "../../src/rate-limit/durable-object.ts";
import type { Reservation } from "../../src/rate-limit/ledger.ts";
import { hourly, manualClock, newIds } from "./world.ts";

const NOW = Date.UTC(2030, 0, 1);

function newObject() {
  const userId = `user-${crypto.randomUUID()}`;
  const stub = env.USER_RATE_LIMITER.getByName(userId);
  return { userId, stub };
}

/** Rows that `work` wrote: each page that it put or deleted (an alarm's row is counted by itself). */
async function rowsWritten(state: DurableObjectState, work: () => Promise<unknown>): Promise<number> {
  const kv: SyncKvStorage = Object.getPrototypeOf(state.storage.kv);
  const [put, remove] = [vi.spyOn(kv, "put"), vi.spyOn(kv, "delete")];
  await work();
  const rows = put.mock.calls.length + remove.mock.calls.length;
  put.mockRestore();
  remove.mockRestore();
  return rows;
}

const pages = (state: DurableObjectState): Reservation[][] =>
  [...state.storage.kv.list<Reservation[]>()].map(([, page]) => page);

const countEntries = (state: DurableObjectState): number => pages(state).flat().length;

const inside = <R>(run: (limiter: UserRateLimiter, state: DurableObjectState) => Promise<R>): Promise<R> =>
  runInDurableObject(newObject().stub, run);

describe("what a call writes", () => {
  test("a reservation costs at most 2 rows, also while older ones run out", () =>
    inside(async (limiter, state) => {
      await limiter.reserve(NOW, hourly(), "first");
      const costs: number[] = [];
      for (let i = 1; i <= 600; i++) {
        const now = NOW + i * MINUTE;
        costs.push(await rowsWritten(state, () => limiter.reserve(now, hourly(), `d${i}`)));
      }
      expect(Math.min(...costs)).toBe(1);
      expect(Math.max(...costs)).toBe(2);
    }));

  test("many slots at once cost a row for 16 of them", () =>
    inside(async (limiter, state) => {
      await limiter.reserve(NOW, hourly(), "first");
      expect(await rowsWritten(state, () => limiter.slots(NOW, hourly(), newIds(40)))).toBe(3);
      expect(pages(state).map(({ length }) => length)).toEqual([16, 16, 9]);
    }));

  test("many given back at once cost a row for each page that they lie on", () =>
    inside(async (limiter, state) => {
      const ids = newIds(48);
      await limiter.slots(NOW, hourly(), ids);
      expect(await rowsWritten(state, () => limiter.release(hourly(), ids.slice(0, 20)))).toBe(2);
      expect(pages(state).map(({ length }) => length)).toEqual([12, 16]);
    }));

  test("one that fills a gap costs one row, and what has run out on its page goes with it", () =>
    inside(async (limiter, state) => {
      const ids = newIds(70);
      await limiter.slots(NOW, hourly(), ids);
      await limiter.release(hourly(), ids.slice(0, 10));
      expect(await rowsWritten(state, () => limiter.reserve(NOW, hourly(), "next"))).toBe(1);
      const later = NOW + 2 * HOUR;
      await limiter.reserve(later, hourly(), "later");
      expect(state.storage.kv.get<Reservation[]>("push/0000000004")?.map(({ id }) => id)).toEqual([
        ...ids.slice(64),
        "later",
      ]);
    }));

  test("what is given back costs one row", () =>
    inside(async (limiter, state) => {
      await limiter.slots(NOW, hourly(), [...newIds(40), "last"]);
      expect(await rowsWritten(state, () => limiter.release(hourly(), ["last"]))).toBe(1);
      expect(await rowsWritten(state, () => limiter.release(hourly(), ["never"]))).toBe(0);
    }));

  test("refusing, repeating and looking write nothing", () =>
    inside(async (limiter, state) => {
      await limiter.reserve(NOW, hourly(1), "a");
      const look = async () => {
        await limiter.reserve(NOW, hourly(1), "b");
        await limiter.reserve(NOW, hourly(1), "a");
        await limiter.slots(NOW, hourly(1), ["a"]);
        await limiter.usage(NOW, hourly(1));
      };
      expect(await rowsWritten(state, look)).toBe(0);
    }));

  test("looking at a user who never got anything stores nothing", () =>
    inside(async (limiter, state) => {
      await limiter.usage(NOW, hourly());
      await limiter.release(hourly(), ["never"]);
      expect(pages(state)).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    }));

  test("the alarm is set once, not by every call", () =>
    inside(async (limiter, state) => {
      const setAlarm = vi.spyOn(state.storage, "setAlarm");
      for (const id of newIds(20)) await limiter.reserve(NOW, hourly(), id);
      expect(setAlarm).toHaveBeenCalledTimes(1);
      setAlarm.mockRestore();
    }));
});

test("what an older version stored, without where its slots begin, counts as it did", () =>
  inside(async (limiter, state) => {
    const stored = [1, 2].map((n) => ({
      id: `old-${n}`,
      at: NOW,
      tat: NOW + n * 20 * MINUTE,
      grantedAt: NOW,
      expiresAt: NOW + n * 20 * MINUTE + HOUR,
    }));
    state.storage.kv.put("push/0000000000", stored);
    const budget = hourly(3);
    expect(await limiter.usage(NOW, budget)).toEqual({ used: 2, limit: 3 });
    expect(await limiter.slots(NOW, budget, ["old-2", "a", "b"])).toMatchObject([
      { at: NOW },
      { at: NOW },
      { at: NOW + 20 * MINUTE },
    ]);
    await limiter.release(budget, ["old-1"]);
    expect(await limiter.slots(NOW, budget, ["c"])).toMatchObject([{ at: NOW }]);
  }));

describe("storage does not grow", () => {
  test("over 10,000 dispatches in ten days, with and without bursts", { timeout: 60_000 }, () =>
    inside(async (limiter, state) => {
      let now = NOW;
      let most = 0;
      let sent = 0;
      while (sent < 10_000) {
        const before = sent;
        // In turn: a steady hour at the limit, an hour with one batch, a silent hour.
        for (let i = 0; i < 60; i++) {
          if ((await limiter.reserve((now += MINUTE), hourly(), `d${sent}`)).allowed) sent++;
        }
        const batch = Array.from({ length: 60 }, (_, i) => `d${sent + i}`);
        sent += (await limiter.slots((now += HOUR), hourly(), batch)).length;
        now += HOUR;
        most = Math.max(most, countEntries(state));
        expect(sent - before).toBe(120);
      }
      expect(now - NOW).toBeGreaterThan(10 * 24 * HOUR);
      expect(most).toBeLessThanOrEqual(3 * 60 + 2 * 16);
      expect(state.storage.sql.databaseSize).toBeLessThan(100_000);
    }),
  );

  test("a batch far beyond the limit is cleared away again", () =>
    inside(async (limiter, state) => {
      await limiter.slots(NOW, hourly(), newIds(2_000));
      const later = NOW + 100 * HOUR;
      for (let i = 0; i < 300; i++) await limiter.reserve(later + i * MINUTE, hourly(), `d${i}`);
      expect(countEntries(state)).toBeLessThanOrEqual(3 * 60 + 16);
    }));
});

describe("the alarm", () => {
  test("wipes the storage when everything is over", async () => {
    const { userId, stub } = newObject();
    const limiter = createLimiters(env.USER_RATE_LIMITER, manualClock(Date.now() - 3 * HOUR))(userId);
    await limiter.slots(hourly(), newIds(10));
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await runInDurableObject(stub, async (_, state) => {
      expect(pages(state)).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
    await limiter.reserve(hourly(), "next");
    expect((await limiter.usage(hourly())).used).toBe(1);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
  });

  test("keeps what still counts, drops what does not, and comes again when the last is over", async () => {
    const { userId, stub } = newObject();
    const before = Date.now();
    const past = createLimiters(env.USER_RATE_LIMITER, manualClock(before - 3 * HOUR))(userId);
    await past.slots(hourly(60, "email"), newIds(10));
    const limiter = createLimiters(env.USER_RATE_LIMITER, systemClock)(userId);
    await limiter.slots(hourly(), newIds(100));
    await evictDurableObject(stub);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect((await limiter.usage(hourly())).used).toBe(60);
    await runInDurableObject(stub, async (_, state) => {
      expect(countEntries(state)).toBe(100);
      const alarm = await state.storage.getAlarm();
      expect(alarm).toBeGreaterThanOrEqual(before + 100 * MINUTE + HOUR);
      expect(alarm).toBeLessThanOrEqual(Date.now() + 100 * MINUTE + HOUR);
    });
  });

  test("is set again for a user who comes back after eviction", async () => {
    const { userId, stub } = newObject();
    const limiter = createLimiters(env.USER_RATE_LIMITER, systemClock)(userId);
    await limiter.reserve(hourly(), "a");
    await limiter.erase();
    await evictDurableObject(stub);
    await limiter.reserve(hourly(), "b");
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull();
    });
  });

  test("erasing leaves nothing, not even the alarm", async () => {
    const { userId, stub } = newObject();
    const limiter = createLimiters(env.USER_RATE_LIMITER, systemClock)(userId);
    await limiter.slots(hourly(), newIds(10));
    await limiter.erase();
    await runInDurableObject(stub, async (_, state) => {
      expect(pages(state)).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });
});
