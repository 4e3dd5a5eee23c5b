import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { cancelQueued, requeueFailed } from "../../src/outbox/change.ts";
import { removeOld } from "../../src/log/retention.ts";
import { firstDueAt } from "../../src/outbox/timing.ts";
import { DAY, HOUR, MINUTE } from "../../src/lib/clock.ts";
import { firstIdAt } from "../../src/lib/ids.ts";
import type { Harness } from "../support/harness.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  givenPushes,
  live,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

/** Until when push services were asked to keep what they took, epoch ms. */
const keptUntil = (h: Harness) => h.expo.accepted.map(({ message }) => Number(message["expiration"]) * 1_000);

/** The same from now on. */
const keptFor = (h: Harness) => keptUntil(h).map((at) => at - h.clock.now());

/** The next moment of a whole second: Expo's times are no finer. */
const toTheSecond = (h: Harness) => h.clock.set(Math.ceil(h.clock.now() / 1_000) * 1_000);

describe("a push service is asked to keep a push for four weeks from when it was due", () => {
  test("though it was written a month before", async () => {
    const h = createWorld();
    const sendAt = h.clock.now() + 29 * DAY;
    const { ids } = await givenPushes(h, 1, { sendAt, slotTaken: false });
    h.clock.set(sendAt);
    await deliverNow(h, ids);
    expect(keptFor(h)).toEqual([28 * DAY]);
  });

  test("though a person had it tried again a month later", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h);
    h.clock.advance(4 * DAY);
    await deliverNow(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject([{ status: "failed", error_code: "expired" }]);
    h.clock.advance(30 * DAY);
    await h.ctx.db.write({ change: requeueFailed(h.ctx, sql`id = ${ids[0]}`) });
    await deliverNow(h, ids);
    expect(keptFor(h)).toEqual([28 * DAY]);
  });

  test("whatever it waits for, and the same time at each attempt", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 300 * 24 }),
        fc.option(fc.integer({ min: 0, max: 24 }), { nil: null }),
        async (hoursAhead, slotIn) => {
          const h = createWorld();
          toTheSecond(h);
          const sendAt = h.clock.now() + hoursAhead * HOUR;
          const { ids } = await givenPushes(h, 1, { sendAt, slotTaken: false });
          const slot = slotIn === null ? null : sendAt + slotIn * HOUR;
          if (slot !== null)
            await env.DB.prepare("UPDATE dispatches SET slot_at = ?1, due_at = ?1 WHERE id = ?2")
              .bind(slot, ids[0])
              .run();
          const due = slot ?? sendAt;
          h.clock.set(due);
          h.expo.failNext({ kind: "drop", accept: true });
          await deliverNow(h, ids);
          await live(h, 3);
          expect(keptUntil(h)).toEqual([due + 28 * DAY, due + 28 * DAY]);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("is first due when the latest of what it waited for came", () => {
    expect(firstDueAt({ created_at: 3, scheduled_at: null, slot_at: null })).toBe(3);
    expect(firstDueAt({ created_at: 3, scheduled_at: 5, slot_at: 4 })).toBe(5);
    expect(firstDueAt({ created_at: 3, scheduled_at: 5, slot_at: 9 })).toBe(9);
  });
});

describe("the retention's days", () => {
  const rowsOf = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");

  test("begin at a cancel of what was not due yet", async () => {
    const h = createWorld({ RETENTION_DAYS: "60" });
    const { ids } = await givenPushes(h, 2, { sendAt: h.clock.now() + 300 * DAY });
    h.clock.advance(30 * DAY);
    await h.ctx.db.write({ change: cancelQueued(h.ctx, sql`id = ${ids[0]}`) });
    h.clock.advance(60 * DAY);
    expect(await removeOld(h.ctx)).toBe(0);
    h.clock.advance(MINUTE);
    expect(await removeOld(h.ctx)).toBe(1);
    expect(await dispatchesOf(ids)).toMatchObject([{ id: ids[1], status: "queued" }]);
  });

  test("of a dedupe key end no sooner than its dispatch", async () => {
    const h = createWorld({ RETENTION_DAYS: "60" });
    const { ids } = await givenPushes(h, 1, { sendAt: h.clock.now() + 450 * DAY });
    const gone = firstIdAt(h.clock.now());
    await env.DB.prepare("INSERT INTO occasions (key, dispatch_id) VALUES ('a', ?), ('b', ?)")
      .bind(ids[0], gone)
      .run();
    h.clock.advance(401 * DAY);
    await removeOld(h.ctx);
    expect(await env.DB.prepare("SELECT key FROM occasions").all()).toMatchObject({
      results: [{ key: "a" }],
    });
    await h.ctx.db.write({ change: cancelQueued(h.ctx, sql`id = ${ids[0]}`) });
    h.clock.advance(61 * DAY);
    await removeOld(h.ctx);
    await removeOld(h.ctx);
    expect([await rowsOf("dispatches"), await rowsOf("occasions")]).toEqual([0, 0]);
  });
});
