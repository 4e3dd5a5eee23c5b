import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appended, readTimeline, reason, type TimelineEntry } from "../../src/outbox/timeline.ts";
import { settlement } from "../../src/outbox/settlement.ts";
import { createWorld, dispatchOf, givenPushes } from "../support/pipeline.ts";
import { settlementOf } from "../support/settlements.ts";

const woken = (at: number): TimelineEntry => ({ did: "woken", at });

const changed = (at: number): TimelineEntry => ({
  did: "changed",
  at,
  change: at % 2 === 0 ? "read" : "unread",
});

const times = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Appends these, each by an UPDATE of its own. */
async function append(entries: readonly TimelineEntry[]) {
  const h = createWorld();
  const [id = ""] = (await givenPushes(h)).ids;
  const statements = entries.map(
    (one) => sql`UPDATE dispatches SET timeline = ${appended(one)} WHERE id = ${id}`,
  );
  for (let i = 0; i < statements.length; i += 40) await h.ctx.db.write({ all: statements.slice(i, i + 40) });
  return readTimeline((await dispatchOf(id)).timeline);
}

describe("a timeline", () => {
  test.each([1, 8, 31, 32])("keeps %d entries as they are", async (n) => {
    expect(await append(times(n).map(woken))).toEqual(times(n).map(woken));
  });

  test("keeps the first eight and the last twenty-four, and counts those between", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 33, max: 120 }), async (n) => {
        const all = times(n);
        expect(await append(all.map(woken))).toEqual([
          ...all.slice(0, 8).map(woken),
          { did: "left_out", at: 8, n: n - 32 },
          ...all.slice(-24).map(woken),
        ]);
      }),
      { numRuns: 8 },
    );
  });

  test("never loses an attempt or what staff did because its reader changes the message often", async () => {
    const wokenOrChanged = fc.array(
      fc.oneof({ weight: 1, arbitrary: fc.constant(false) }, { weight: 3, arbitrary: fc.constant(true) }),
      { minLength: 33, maxLength: 120 },
    );
    await fc.assert(
      fc.asyncProperty(wokenOrChanged, async (isChange) => {
        const all = isChange.map((one, at) => (one ? changed(at) : woken(at)));
        const kept = await append(all);
        const others = (entries: readonly TimelineEntry[]) => entries.filter(({ did }) => did === "woken");
        expect(others(kept).slice(-23)).toEqual(others(all).slice(-23));
        expect(kept.slice(0, 8)).toEqual(all.slice(0, 8));
        expect(kept.at(-1)).toEqual(all.at(-1));
        expect(kept.length).toBeLessThanOrEqual(33);
        const [left] = kept.flatMap((one) => (one.did === "left_out" ? [one.n] : []));
        if (others(all).length <= 23) expect(left).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });

  test("of changes alone has the first eight and the last twenty-four of them", async () => {
    const all = times(60).map(changed);
    expect(await append(all)).toEqual([...all.slice(0, 8), ...all.slice(-24)]);
  });

  test("does not repeat an entry that is the last one, since a write may be repeated", async () => {
    const noted: TimelineEntry = { did: "noted", at: 1, by: "service:\"ø\u2028'" };
    expect(await append([noted, noted])).toEqual([noted]);
    expect(await append([noted, woken(2), noted])).toEqual([noted, woken(2), noted]);
    const forty = times(40).map(woken);
    expect(await append([...forty, woken(39)])).toEqual(await append(forty));
  });

  test("stays as it is where nothing is added", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    await h.ctx.db.write({
      it: sql`UPDATE dispatches SET timeline = ${appended(sql`NULL`)} WHERE id = ${id}`,
    });
    expect((await dispatchOf(id)).timeline).toBeNull();
  });

  test("is of bounded size, whatever providers say", async () => {
    const { code, message } = reason({ code: "x".repeat(64), message: "y".repeat(1_000) });
    const entry: TimelineEntry = {
      ...{ did: "attempted", at: 2e12, n: 99, outcome: "retry", provider: "cloudflare, postmark" },
      ...{ ms: 90_000, targets: 100, reached: 99, until: 2e12, code, message },
    };
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    for (const at of times(40))
      await h.ctx.db.write({
        it: sql`UPDATE dispatches SET timeline = ${appended({ ...entry, at })} WHERE id = ${id}`,
      });
    expect((await dispatchOf(id)).timeline?.length).toBeLessThan(16_000);
  });
});

test("what a timeline of another version has beside is left out", () => {
  const text = JSON.stringify([woken(1), { did: "teleported", at: 2 }, 3, null, { did: "woken" }, woken(4)]);
  expect(readTimeline(text)).toEqual([woken(1), woken(4)]);
  for (const other of ["{}", "nonsense", "3", null]) expect(readTimeline(other)).toEqual([]);
});

test("outcomes on the queue with an entry of another version, or none, are settled without it", () => {
  const { verdicts, ...rest } = settlementOf({
    verdicts: [{ id: crypto.randomUUID(), status: "sent", entry: woken(1) }],
  });
  const { entry, ...older } = verdicts[0] ?? {};
  expect(entry).toEqual(woken(1));
  for (const one of [older, { ...older, entry: { did: "teleported" } }])
    expect(settlement.parse({ ...rest, verdicts: [one] }).verdicts[0]?.entry).toBeNull();
});
