import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import type { UserRateLimiter } from "../../src/rate-limit/durable-object.ts";
import type { Entry } from "../../src/rate-limit/ledger.ts";
import { hourly, newIds } from "./world.ts";

const NOW = Date.UTC(2030, 0, 1);

const newObject = () => env.USER_RATE_LIMITER.getByName(`shard-${crypto.randomUUID()}`);

const ann = (ids: readonly string[]) => [{ user: "ann", ids }];

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

const pages = (state: DurableObjectState): Entry[][] =>
  [...state.storage.kv.list<Entry[]>()].map(([, page]) => page);

const countEntries = (state: DurableObjectState): number => pages(state).flat().length;

const inside = <R>(run: (limiter: UserRateLimiter, state: DurableObjectState) => Promise<R>): Promise<R> =>
  runInDurableObject(newObject(), run);

describe("what a call writes", () => {
  test("a reservation costs at most 2 rows, also while older ones run out", () =>
    inside(async (limiter, state) => {
      await limiter.reserve(NOW, hourly(), "ann", "first");
      const costs: number[] = [];
      for (let i = 1; i <= 600; i++) {
        const now = NOW + i * MINUTE;
        costs.push(await rowsWritten(state, () => limiter.reserve(now, hourly(), "ann", `d${i}`)));
      }
      expect(Math.min(...costs)).toBe(1);
      expect(Math.max(...costs)).toBe(2);
    }));

  test("many slots at once cost a row for 32 of them", () =>
    inside(async (limiter, state) => {
      await limiter.reserve(NOW, hourly(), "ann", "first");
      expect(await rowsWritten(state, () => limiter.slots(NOW, hourly(), ann(newIds(40))))).toBe(2);
      expect(pages(state).map(({ length }) => length)).toEqual([32, 9]);
    }));

  test("many given back at once cost a row for each page that they lie on", () =>
    inside(async (limiter, state) => {
      const ids = newIds(48);
      await limiter.slots(NOW, hourly(), ann(ids));
      expect(
        await rowsWritten(state, () =>
          limiter.release([{ user: "ann", budget: "push", ids: ids.slice(20, 40) }]),
        ),
      ).toBe(2);
      expect(pages(state).map(({ length }) => length)).toEqual([20, 8]);
    }));

  test("one that fills a gap costs one row, and what has run out on its page goes with it", () =>
    inside(async (limiter, state) => {
      const ids = newIds(70);
      await limiter.slots(NOW, hourly(), ann(ids));
      await limiter.release([{ user: "ann", budget: "push", ids: ids.slice(0, 10) }]);
      expect(await rowsWritten(state, () => limiter.reserve(NOW, hourly(), "ann", "next"))).toBe(1);
      const later = NOW + 2 * HOUR;
      await limiter.reserve(later, hourly(), "ann", "later");
      expect(state.storage.kv.get<Entry[]>("page/000000000002")?.map(({ id }) => id)).toEqual([
        ...ids.slice(64),
        "later",
      ]);
    }));

  test("what is given back costs one row", () =>
    inside(async (limiter, state) => {
      await limiter.slots(NOW, hourly(), ann([...newIds(40), "last"]));
      expect(
        await rowsWritten(state, () => limiter.release([{ user: "ann", budget: "push", ids: ["last"] }])),
      ).toBe(1);
      expect(
        await rowsWritten(state, () => limiter.release([{ user: "ann", budget: "push", ids: ["never"] }])),
      ).toBe(0);
    }));

  test("refusing, repeating and looking write nothing", () =>
    inside(async (limiter, state) => {
      await limiter.reserve(NOW, hourly(1), "ann", "a");
      const look = async () => {
        await limiter.reserve(NOW, hourly(1), "ann", "b");
        await limiter.reserve(NOW, hourly(1), "ann", "a");
        await limiter.slots(NOW, hourly(1), ann(["a"]));
        await limiter.usage(NOW, hourly(1), "ann");
      };
      expect(await rowsWritten(state, look)).toBe(0);
    }));

  test("looking at a user who never got anything stores nothing", () =>
    inside(async (limiter, state) => {
      await limiter.usage(NOW, hourly(), "ann");
      await limiter.release([{ user: "ann", budget: "push", ids: ["never"] }]);
      expect(pages(state)).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    }));

  test("the alarm is set once, not by every call", () =>
    inside(async (limiter, state) => {
      const setAlarm = vi.spyOn(state.storage, "setAlarm");
      for (const id of newIds(20)) await limiter.reserve(NOW, hourly(), "ann", id);
      expect(setAlarm).toHaveBeenCalledTimes(1);
      setAlarm.mockRestore();
    }));
});

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
          if ((await limiter.reserve((now += MINUTE), hourly(), "ann", `d${sent}`)).allowed) sent++;
        }
        const batch = Array.from({ length: 60 }, (_, i) => `d${sent + i}`);
        sent += (await limiter.slots((now += HOUR), hourly(), ann(batch))).length;
        now += HOUR;
        most = Math.max(most, countEntries(state));
        expect(sent - before).toBe(120);
      }
      expect(now - NOW).toBeGreaterThan(10 * 24 * HOUR);
      expect(most).toBeLessThanOrEqual(3 * 60 + 2 * 32);
      expect(state.storage.sql.databaseSize).toBeLessThan(100_000);
    }),
  );

  test("a batch far beyond the limit is cleared away again", () =>
    inside(async (limiter, state) => {
      await limiter.slots(NOW, hourly(), ann(newIds(2_000)));
      const later = NOW + 100 * HOUR;
      for (let i = 0; i < 300; i++) await limiter.reserve(later + i * MINUTE, hourly(), "ann", `d${i}`);
      expect(countEntries(state)).toBeLessThanOrEqual(3 * 60 + 32);
    }));
});

describe("the alarm", () => {
  test("wipes the storage when everything is over", () =>
    inside(async (limiter, state) => {
      const past = Date.now() - 3 * HOUR;
      await limiter.slots(past, hourly(), ann(newIds(10)));
      await limiter.alarm();
      expect(pages(state)).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
      await limiter.reserve(Date.now(), hourly(), "ann", "next");
      expect((await limiter.usage(Date.now(), hourly(), "ann")).used).toBe(1);
      expect(await state.storage.getAlarm()).not.toBeNull();
    }));

  test("keeps what still counts, drops what does not, and comes again", async () => {
    const stub = newObject();
    await runInDurableObject(stub, async (limiter: UserRateLimiter) => {
      await limiter.slots(Date.now() - 3 * HOUR, hourly(60), ann(newIds(64)));
      await limiter.slots(Date.now(), hourly(), [{ user: "ben", ids: newIds(100) }]);
    });
    await evictDurableObject(stub);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await runInDurableObject(stub, async (limiter: UserRateLimiter, state) => {
      expect((await limiter.usage(Date.now(), hourly(), "ben")).used).toBe(60);
      expect(
        new Set(
          pages(state)
            .flat()
            .map(({ user }) => user),
        ),
      ).toEqual(new Set(["ben"]));
      const alarm = await state.storage.getAlarm();
      expect(alarm).toBeGreaterThan(Date.now());
      expect(alarm).toBeLessThanOrEqual(Date.now() + HOUR);
    });
  });

  test("wipes an object of the version that had one for each user", () =>
    inside(async (limiter, state) => {
      state.storage.kv.put("push/0000000000", [
        { id: "old", at: NOW, tat: NOW, grantedAt: NOW, expiresAt: NOW },
      ]);
      await limiter.alarm();
      expect([...state.storage.kv.list()]).toEqual([]);
    }));

  test("is set again after eviction", async () => {
    const stub = newObject();
    await runInDurableObject(stub, (limiter: UserRateLimiter) => limiter.reserve(NOW, hourly(), "ann", "a"));
    await runInDurableObject(stub, (limiter: UserRateLimiter) => limiter.erase("ann"));
    await evictDurableObject(stub);
    await runInDurableObject(stub, async (limiter: UserRateLimiter, state) => {
      await limiter.reserve(NOW, hourly(), "ann", "b");
      expect(await state.storage.getAlarm()).not.toBeNull();
    });
  });
});
