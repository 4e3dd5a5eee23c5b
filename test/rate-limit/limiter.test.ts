import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";
import { hourly, newIds, newUser, reserveAll } from "./world.ts";

describe("reserve", () => {
  test("allows the budget, then says how long to wait for the next slot", async () => {
    const { limiter } = newUser();
    const budget = hourly(2);
    expect(await limiter.reserve(budget, "a")).toEqual({ allowed: true, remaining: 1, resetMs: 30 * MINUTE });
    expect(await limiter.reserve(budget, "b")).toEqual({ allowed: true, remaining: 0, resetMs: HOUR });
    expect(await limiter.reserve(budget, "c")).toEqual({
      allowed: false,
      retryAfterMs: 30 * MINUTE,
      resetMs: HOUR,
    });
  });

  test("a refused dispatch is allowed after the wait in the answer, and not before", async () => {
    const { clock, limiter } = newUser();
    const budget = hourly(2);
    await reserveAll(limiter, budget, ["a", "b"]);
    clock.move(30 * MINUTE - 1);
    expect(await limiter.reserve(budget, "c")).toMatchObject({ allowed: false, retryAfterMs: 1 });
    clock.move(1);
    expect(await limiter.reserve(budget, "c")).toMatchObject({ allowed: true, remaining: 0 });
  });

  test("refusals take nothing", async () => {
    const { clock, limiter } = newUser();
    const budget = hourly(2);
    await reserveAll(limiter, budget, ["a", "b", ...newIds(20)]);
    clock.move(HOUR);
    expect(await reserveAll(limiter, budget, newIds(3))).toEqual([true, true, false]);
  });

  test("100 at the same time with a limit of 60 give exactly 60", async () => {
    const { limiter } = newUser();
    const answers = await Promise.all(newIds(100).map((id) => limiter.reserve(hourly(60), id)));
    expect(answers.filter((answer) => answer.allowed)).toHaveLength(60);
    expect(await limiter.usage(hourly(60))).toEqual({ used: 60, limit: 60 });
  });

  test("the same dispatch 100 times at the same time takes one slot", async () => {
    const { limiter } = newUser();
    const answers = await Promise.all(Array.from({ length: 100 }, () => limiter.reserve(hourly(), "same")));
    expect(answers.every((answer) => answer.allowed)).toBe(true);
    expect((await limiter.usage(hourly())).used).toBe(1);
  });

  test("a dispatch that has its slot keeps it when the budget is used up", async () => {
    const { limiter } = newUser();
    const budget = hourly(2);
    await reserveAll(limiter, budget, ["a", "b"]);
    expect(await reserveAll(limiter, budget, ["a", "c", "b"])).toEqual([true, false, true]);
  });

  test("a dispatch with a later slot is refused until then", async () => {
    const { clock, limiter } = newUser();
    const budget = hourly(1);
    await limiter.slots(budget, ["a", "b"]);
    expect(await limiter.reserve(budget, "b")).toMatchObject({ allowed: false, retryAfterMs: HOUR });
    clock.move(HOUR);
    expect(await limiter.reserve(budget, "b")).toMatchObject({ allowed: true });
  });

  test("budgets and users do not touch each other", async () => {
    const [one, other] = [newUser(), newUser()];
    expect(await reserveAll(one.limiter, hourly(1, "push"), ["a", "b"])).toEqual([true, false]);
    expect(await reserveAll(one.limiter, hourly(1, "email"), ["a", "b"])).toEqual([true, false]);
    expect(await reserveAll(other.limiter, hourly(1, "push"), ["a", "b"])).toEqual([true, false]);
  });
});

describe("slots", () => {
  test("what is free goes now, the rest follows one by one in the order given", async () => {
    const { clock, limiter } = newUser();
    const ids = newIds(5);
    const now = clock.now();
    const expected = [now, now, now, now + 20 * MINUTE, now + 40 * MINUTE];
    expect(await limiter.slots(hourly(3), ids)).toEqual(ids.map((id, i) => ({ id, at: expected[i] })));
  });

  test("a later batch queues behind an earlier one, in no crowd", async () => {
    const { clock, limiter } = newUser();
    const now = clock.now();
    const first = await limiter.slots(hourly(2), newIds(4));
    const second = await limiter.slots(hourly(2), newIds(2));
    const minutes = [...first, ...second].map((slot) => ((slot.at ?? Infinity) - now) / MINUTE);
    expect(minutes).toEqual([0, 0, 30, 60, 90, 120]);
  });

  test("a dispatch asked for again, later and in another order, gets its own slot again", async () => {
    const { clock, limiter } = newUser();
    const ids = newIds(10);
    const first = await limiter.slots(hourly(3), ids);
    clock.move(10 * MINUTE);
    expect(await limiter.slots(hourly(3), ids.toReversed())).toEqual(first.toReversed());
  });

  test("a dispatch named twice in a call has one slot", async () => {
    const { limiter } = newUser();
    const [a, again, b] = await limiter.slots(hourly(1), ["a", "a", "b"]);
    expect(again).toEqual(a);
    expect(b?.at).toBe((a?.at ?? 0) + HOUR);
  });

  test("a dispatch already reserved keeps its slot", async () => {
    const { clock, limiter } = newUser();
    const now = clock.now();
    await limiter.reserve(hourly(1), "a");
    clock.move(SECOND);
    expect(await limiter.slots(hourly(1), ["b", "a"])).toEqual([
      { id: "b", at: now + HOUR },
      { id: "a", at: now },
    ]);
  });

  test("concurrent batches share one line", async () => {
    const { limiter } = newUser();
    const batches = await Promise.all(
      Array.from({ length: 10 }, () => limiter.slots(hourly(10), newIds(20))),
    );
    const at = batches.flat().map((slot) => slot.at);
    expect(new Set(at).size).toBe(1 + 190);
  });

  test("no dispatches, no slots", async () => {
    expect(await newUser().limiter.slots(hourly(), [])).toEqual([]);
  });
});

describe("release", () => {
  test("the latest reservation frees its slot at once", async () => {
    const { limiter } = newUser();
    const budget = hourly(2);
    await reserveAll(limiter, budget, ["a", "b"]);
    await limiter.release(budget, ["b"]);
    expect(await limiter.usage(budget)).toEqual({ used: 1, limit: 2 });
    expect(await reserveAll(limiter, budget, ["c", "d"])).toEqual([true, false]);
  });

  test("everything given back, in whatever order, leaves the budget untouched", async () => {
    const { limiter } = newUser();
    const ids = newIds(10);
    await limiter.slots(hourly(5), ids);
    await Promise.all(ids.toSorted().map((id) => limiter.release(hourly(5), [id])));
    expect((await limiter.usage(hourly(5))).used).toBe(0);
  });

  test("an earlier one moves nobody's slot", async () => {
    const { limiter } = newUser();
    const [a = "", ...rest] = newIds(4);
    const before = await limiter.slots(hourly(1), [a, ...rest]);
    await limiter.release(hourly(1), [a]);
    expect(await limiter.slots(hourly(1), rest)).toEqual(before.slice(1));
  });

  test("repeated, or for a dispatch that has nothing, changes nothing", async () => {
    const { limiter } = newUser();
    await limiter.release(hourly(), ["never"]);
    await reserveAll(limiter, hourly(), ["a", "b"]);
    await limiter.release(hourly(), ["b"]);
    await limiter.release(hourly(), ["b"]);
    await limiter.release(hourly(1, "email"), ["a"]);
    expect((await limiter.usage(hourly())).used).toBe(1);
  });
});
