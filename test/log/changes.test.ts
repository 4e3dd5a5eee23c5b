import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { cancelQueued, requeueFailed, SUBSCRIPTION_REMOVED } from "../../src/outbox/change.ts";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import {
  createWorld,
  deliverNow,
  dispatchOf,
  emptyTables,
  givenPushes,
  live,
  timesGiven,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

const REFUSED = { kind: "status", status: 500 } as const;

describe("a cancel", () => {
  const cancel = (h: ReturnType<typeof createWorld>, id: string) =>
    h.ctx.db.write({ change: cancelQueued(h.ctx, sql`id = ${id}`) });

  test("wins against what is queued, which is then never sent", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    await cancel(h, id);
    await deliverNow(h, [id]);
    await live(h, 5);
    expect(await dispatchOf(id)).toMatchObject({ status: "cancelled", wake_at: null });
    expect(h.expo.requests).toEqual([]);
  });

  test("wins against what waits for its next attempt", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    h.expo.failNext(REFUSED);
    await deliverNow(h, [id]);
    await cancel(h, id);
    await live(h, 5);
    expect(await dispatchOf(id)).toMatchObject({ status: "cancelled", attempts: 1 });
    expect(h.expo.requests).toHaveLength(1);
  });

  test("loses against a claim", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    const sending = h.interrupts.stopAtNext("fetch", "before");
    const consumed = deliverNow(h, [id]);
    await sending.reached;
    await cancel(h, id);
    expect(await dispatchOf(id)).toMatchObject({ status: "sending" });
    sending.release();
    await consumed;
    await cancel(h, id);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent" });
  });
});

test("what was cancelled with its subscription is never put back into the queue", async () => {
  const h = createWorld();
  const [removed = "", byHand = ""] = (await givenPushes(h, 2)).ids;
  const where = (id: string) => sql`id = ${id}`;
  await h.ctx.db.write({
    removed: cancelQueued(h.ctx, where(removed), SUBSCRIPTION_REMOVED),
    byHand: cancelQueued(h.ctx, where(byHand)),
  });
  for (const id of [removed, byHand]) await h.ctx.db.write({ it: requeueFailed(h.ctx, where(id)) });
  expect(await dispatchOf(removed)).toMatchObject({
    status: "cancelled",
    error_code: "subscription_removed",
  });
  expect(await dispatchOf(byHand)).toMatchObject({ status: "queued", error_code: null });
});

test("what was not to be sent after a time is not put back into the queue after it", async () => {
  const h = createWorld();
  const failure = { code: "no_device", message: "There is none" };
  const expiresAt = h.clock.now() + HOUR;
  const [id = "", other = ""] = (await givenPushes(h, 2, { failure, expiresAt })).ids;
  const requeue = (one: string) => h.ctx.db.write({ it: requeueFailed(h.ctx, sql`id = ${one}`) });
  h.clock.advance(HOUR - 1);
  await requeue(id);
  h.clock.advance(1);
  await requeue(other);
  expect(await dispatchOf(id)).toMatchObject({ status: "queued" });
  expect(await dispatchOf(other)).toMatchObject({ status: "failed" });
});

describe("a retry by hand", () => {
  const retry = (h: ReturnType<typeof createWorld>, id: string) =>
    h.ctx.db.write({ change: requeueFailed(h.ctx, sql`id = ${id}`) });

  test("of what has failed begins anew, and goes only to devices that have not accepted", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 1, { devices: 0 });
    const [id = ""] = ids;
    await deliverNow(h, ids);
    const { user_id } = await dispatchOf(id);
    expect(tokens).toEqual([]);
    await env.DB.prepare(
      "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES (?, ?, 'expo', 'ios', 0)",
    )
      .bind(`ExponentPushToken[${user_id}]`, user_id)
      .run();
    h.clock.advance(100 * HOUR);
    await retry(h, id);
    expect(await dispatchOf(id)).toMatchObject({
      status: "queued",
      attempts: 0,
      error_code: null,
      error: null,
    });
    await live(h, 3);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", attempts: 1, delivered_count: 1 });
    expect(timesGiven(h, ids)).toEqual([1]);
  });

  test.each(["queued", "sending", "sent", "delivered"])("changes nothing of what is %s", async (status) => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    await env.DB.prepare("UPDATE dispatches SET status = ?").bind(status).run();
    const before = await dispatchOf(id);
    h.clock.advance(MINUTE);
    await retry(h, id);
    expect(await dispatchOf(id)).toEqual(before);
  });
});

describe("a late settle", () => {
  test.each(["sent", "failed", "cancelled", "delivered", "queued"])(
    "does not move what is %s by now",
    async (status) => {
      const h = createWorld();
      const { ids } = await givenPushes(h);
      const [id = ""] = ids;
      h.expo.failNext(REFUSED);
      const asleep = h.interrupts.stopAtNext("fetch", "after");
      const consumed = deliverNow(h, ids);
      await asleep.reached;
      await env.DB.prepare("UPDATE dispatches SET status = ?, claim_id = NULL, lease_until = NULL")
        .bind(status)
        .run();
      const before = await dispatchOf(id);
      asleep.release();
      await consumed;
      expect(await dispatchOf(id)).toEqual(before);
    },
  );
});
