import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";
import type { Budget, UserLimiter } from "../../src/rate-limit/limiter.ts";
import { hourly, type ManualClock, newIds, newUser, reserveAll } from "./world.ts";

/** A slot that is taken: its dispatch may go from `at` on, and no other slot lies between `from` and `to`. */
interface Taken {
  id: string;
  at: number;
  from: number;
  to: number;
  grantedAt: number;
}

/** What a limiter should hold, found by trying out: no pages, no order, no generators. */
function createModel(limit: number, now: () => number) {
  const interval = Math.ceil(HOUR / limit);
  let taken: Taken[] = [];
  let latest = now();
  const isFree = (from: number) => taken.every((slot) => from + interval <= slot.from || from >= slot.to);

  function earliest(id: string): Taken {
    const starts = [now(), ...taken.map(({ to }) => to)].filter((start) => start >= now() && isFree(start));
    const from = Math.min(...starts);
    const at = Math.max(now(), from - (limit - 1) * interval);
    return { id, from, to: from + interval, at, grantedAt: now() };
  }

  /** How many could go at once. */
  function free(): number {
    const before = taken;
    let count = 0;
    for (let next = earliest(""); next.at <= now(); next = earliest("")) {
      taken = [...taken, next];
      count++;
    }
    taken = before;
    return count;
  }

  return {
    find: (id: string) => taken.find((slot) => slot.id === id),
    earliest,
    free,
    take: (slot: Taken) => void (taken = [...taken, slot]),
    release: (ids: readonly string[]) => void (taken = taken.filter(({ id }) => !ids.includes(id))),
    /** Of everything that was taken and never given back, whether its time has come or not. */
    kept: () => taken.map(({ at }) => at).toSorted((a, b) => a - b),
    /** What a limiter may have forgotten by now: a clock that is set back does not bring it back. */
    isOver: ({ to }: Taken) => to + HOUR <= latest,
    /** To be told after each call. */
    called: () => void (latest = Math.max(latest, now())),
  };
}

type Step =
  | { move: number }
  | { evict: true }
  | { reserve: number }
  | { slots: { fresh: number; known: number[] } }
  | { release: number[] };

const picks = fc.array(fc.nat({ max: 400 }), { maxLength: 30, size: "max" });
const steps = fc.array(
  fc.oneof(
    fc.record({ move: fc.integer({ min: -5 * MINUTE, max: 3 * HOUR }) }),
    fc.record({ move: fc.constant(0) }),
    fc.record({ evict: fc.constant(true as const) }),
    fc.record({ reserve: fc.nat({ max: 400 }) }),
    fc.record({ slots: fc.record({ fresh: fc.integer({ min: 1, max: 40 }), known: picks }) }),
    fc.record({ release: picks }),
  ),
  { minLength: 10, maxLength: 40, size: "max" },
);

interface Played {
  limiter: UserLimiter;
  clock: ManualClock;
  evict(): Promise<void>;
}

async function play({ limiter, clock, evict }: Played, budget: Budget, history: readonly Step[]) {
  const model = createModel(budget.limit, clock.now);
  const made: string[] = [];
  /** An earlier dispatch, or now and then one that nobody has heard of. */
  const pick = (n: number): string => {
    const id = made[n % (made.length + 5)];
    const slot = id === undefined ? undefined : model.find(id);
    if (id !== undefined && (slot === undefined || !model.isOver(slot))) return id;
    return newId();
  };
  const newId = (): string => {
    const [id = ""] = newIds(1);
    made.push(id);
    return id;
  };

  async function slots(ids: readonly string[]) {
    const horizon = clock.now() + DAY;
    const beyond: Taken[] = [];
    const expected = ids.map((id) => {
      const known = model.find(id);
      const slot = known ?? model.earliest(id);
      if (known === undefined) model.take(slot);
      if (known !== undefined || slot.at <= horizon) return { id, at: slot.at };
      beyond.push(slot);
      return { id, at: null, askAgainAt: slot.at - DAY };
    });
    model.release(beyond.map(({ id }) => id));
    expect(await limiter.slots(budget, ids)).toEqual(expected);
  }

  async function reserve(id: string) {
    const known = model.find(id);
    const slot = known ?? model.earliest(id);
    const answer = await limiter.reserve(budget, id);
    const waitMs = slot.at - Math.max(clock.now(), slot.grantedAt);
    expect(answer).toMatchObject(waitMs <= 0 ? { allowed: true } : { allowed: false, retryAfterMs: waitMs });
    if (known === undefined && answer.allowed) model.take(slot);
    if (answer.allowed) expect(answer.remaining).toBe(model.free());
  }

  for (const step of history) {
    if ("move" in step) clock.move(step.move);
    else if ("evict" in step) {
      // What is not awake cannot be put to sleep.
      await limiter.usage(budget);
      await evict();
    } else if ("reserve" in step) await reserve(pick(step.reserve));
    else if ("slots" in step) {
      const fresh = Array.from({ length: step.slots.fresh }, newId);
      await slots([...new Set([...step.slots.known.map(pick), ...fresh])]);
    } else {
      const ids = step.release.map(pick);
      model.release(ids);
      await limiter.release(budget, ids);
    }
    expect(await limiter.usage(budget)).toEqual({
      used: budget.limit - model.free(),
      limit: budget.limit,
    });
    model.called();
  }
  return model.kept();
}

describe("whatever is taken and given back, and whatever the object forgets meanwhile", () => {
  test("each slot is the earliest that is free, and no hour holds more than was promised", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (limit, history) => {
        const kept = await play(newUser(), hourly(limit), history);
        const tooMany = kept.findIndex((first, i) => (kept[i + 2 * limit - 1] ?? Infinity) < first + HOUR);
        expect(tooMany).toBe(-1);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test("users at the same time get what one after the other would have got", async () => {
    const { clock, limiter } = newUser();
    const budget = hourly(10);
    const booked = await limiter.slots(budget, newIds(100));
    await limiter.release(
      budget,
      booked.filter((_, i) => i % 3 === 0).map(({ id }) => id),
    );
    const answers = await Promise.all(newIds(40).map((id) => limiter.slots(budget, [id])));
    const kept = booked.filter((_, i) => i % 3 !== 0);
    const at = [...kept, ...answers.flat()].map((slot) => (slot.at ?? Infinity) - clock.now());
    // A hundred slots and a few more: ten at once, then one every six minutes, none twice.
    expect(at.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 106 }, (_, i) => Math.max(0, i - 9) * 6 * MINUTE),
    );
  });
});

describe("the horizon", () => {
  test("takes a day's budget and refuses the rest, with the time at which to ask again", async () => {
    const { clock, limiter } = newUser();
    const budget = hourly(60);
    const slots = await limiter.slots(budget, newIds(3_000));
    const taken = slots.filter(({ at }) => at !== null);
    expect(taken).toHaveLength(60 + 24 * 60);
    expect(taken.at(-1)?.at).toBe(clock.now() + DAY);
    const first = slots[taken.length];
    expect(first).toMatchObject({ at: null, askAgainAt: clock.now() + MINUTE });
    clock.move(MINUTE - 1);
    expect(await limiter.slots(budget, [first?.id ?? ""])).toMatchObject([{ at: null }]);
    clock.move(1);
    expect(await limiter.slots(budget, [first?.id ?? ""])).toMatchObject([{ at: clock.now() + DAY }]);
  });

  test("what is refused takes nothing", async () => {
    const { clock, limiter } = newUser();
    const ids = newIds(30);
    await limiter.slots(hourly(1), ids);
    await limiter.release(hourly(1), ids.slice(0, 25));
    expect(await limiter.usage(hourly(1))).toEqual({ used: 0, limit: 1 });
    clock.move(SECOND);
    expect(await reserveAll(limiter, hourly(1), ["next"])).toEqual([true]);
  });

  test("a dispatch that has its slot keeps it, however the clock of the caller goes back", async () => {
    const { clock, limiter } = newUser();
    const ids = newIds(25);
    const before = await limiter.slots(hourly(1), ids);
    clock.move(-10 * MINUTE);
    expect(await limiter.slots(hourly(1), ids)).toEqual(before);
  });
});

describe("a slot that was given back", () => {
  test("goes to whoever asks next, and those after it stay where they are", async () => {
    const { clock, limiter } = newUser();
    const budget = hourly(1);
    const [a = "", b = "", c = ""] = newIds(3);
    const before = await limiter.slots(budget, [a, b, c]);
    await limiter.release(budget, [b]);
    expect(await limiter.slots(budget, ["d", "e"])).toMatchObject([
      { at: clock.now() + HOUR },
      { at: clock.now() + 3 * HOUR },
    ]);
    expect(await limiter.slots(budget, [a, c])).toEqual([before[0], before[2]]);
  });

  test("is free at once when everything that was booked goes", async () => {
    const { limiter } = newUser();
    const slots = await limiter.slots(hourly(60), newIds(1_500));
    await limiter.release(
      hourly(60),
      slots.map(({ id }) => id),
    );
    expect(await limiter.reserve(hourly(60), "next")).toMatchObject({ allowed: true, remaining: 59 });
  });

  test("is counted as it was taken, when the limit has changed since", async () => {
    const { limiter } = newUser();
    await limiter.slots(hourly(2), ["a", "b", "c", "d"]);
    await limiter.release(hourly(4), ["b"]);
    // Half an hour of four an hour: two slots.
    expect(await limiter.usage(hourly(4))).toEqual({ used: 2, limit: 4 });
    expect(await reserveAll(limiter, hourly(4), ["e", "f", "g"])).toEqual([true, true, false]);
  });
});
