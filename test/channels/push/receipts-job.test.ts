import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { fetchReceipts } from "../../../src/channels/push/receipts.ts";
import { settle } from "../../../src/delivery/settle.ts";
import { DAY, HOUR, MINUTE } from "../../../src/lib/clock.ts";
import type { Harness } from "../../support/harness.ts";
import {
  createWorld,
  deliveriesOf,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  givenPushes,
  live,
} from "../../support/pipeline.ts";
import { settlementOf } from "../../support/settlements.ts";

beforeEach(emptyTables);

const DEAD = "DeviceNotRegistered";

/** Expo has receipts after a quarter of an hour, and we ask then. */
const AFTER = 15 * MINUTE;

/** Pushes that Expo has accepted. */
async function givenAccepted(h: Harness, count = 1, more: Parameters<typeof givenPushes>[2] = {}) {
  const given = await givenPushes(h, count, more);
  for (let i = 0; i < count; i += 100) await deliverNow(h, given.ids.slice(i, i + 100));
  h.expo.requests.length = 0;
  return given;
}

const receipts = (h: Harness) => fetchReceipts(h.ctx, h.deps.pushProviders);

/** Devices of ours that no longer count, with the reason. */
async function deadTokens() {
  const { results } = await env.DB.prepare(
    "SELECT token, invalid_reason FROM device_tokens WHERE invalidated_at IS NOT NULL ORDER BY id",
  ).all();
  return results;
}

const register = (h: Harness, user: string, token: string) =>
  h.request("POST", "/api/v1/notifications/device-tokens", {
    body: { user_id: user, token, platform: "ios" },
  });

describe("the receipts job", () => {
  test("asks for no receipt in the first 15 minutes, at the cost of one round trip", async () => {
    const h = createWorld();
    await givenAccepted(h, 3);
    h.clock.advance(AFTER - 1);
    h.meter.reset();
    expect(await receipts(h)).toBe(0);
    expect(h.meter.trips).toBe(1);
    expect(h.expo.requests).toEqual([]);
  });

  test("closes what was delivered, in two round trips, and asks no more", async () => {
    const h = createWorld();
    const { ids } = await givenAccepted(h, 100, { devices: 2 });
    const before = await dispatchesOf(ids);
    h.clock.advance(AFTER);
    h.meter.reset();
    expect(await receipts(h)).toBe(200);
    expect(h.meter.trips).toBe(2);
    expect(h.expo.requests.map(({ endpoint, size }) => [endpoint, size])).toEqual([["receipts", 200]]);
    expect(await dispatchesOf(ids)).toEqual(before);
    h.clock.advance(DAY);
    expect(await receipts(h)).toBe(0);
  });

  test("asks for a thousand a call and five thousand a tick, in two round trips a call", async () => {
    const h = createWorld();
    await env.DB.prepare(
      `INSERT INTO deliveries (dispatch_id, device_id, status, provider, ticket_id, accepted_at, receipt_due_at)
       SELECT 'd', value, 'accepted', 'expo', 't' || value, ?1, ?1 FROM json_each(?2)`,
    )
      .bind(h.clock.now(), JSON.stringify(Array.from({ length: 5_400 }, (_, i) => i)))
      .run();
    h.clock.advance(DAY);
    h.meter.reset();
    expect(await receipts(h)).toBe(5_000);
    expect(h.meter.trips).toBe(10);
    expect(h.expo.requests.map(({ size }) => size)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
    expect(await receipts(h)).toBe(400);
    expect(await receipts(h)).toBe(0);
  });

  test("writes nothing of receipts that say nothing new, but how far it has come", async () => {
    const h = createWorld();
    await givenAccepted(h, 30, { devices: 2 });
    h.clock.advance(AFTER);
    h.meter.reset();
    await receipts(h);
    expect(h.meter).toMatchObject({ trips: 2, rowsWritten: 1 });
    h.meter.reset();
    expect(await receipts(h)).toBe(0);
    expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
  });

  test("reads each delivery once, also where a portion ends within a push's devices", async () => {
    const h = createWorld();
    await givenAccepted(h, 350, { devices: 3 });
    h.clock.advance(AFTER);
    h.meter.reset();
    expect(await receipts(h)).toBe(1_050);
    expect(h.expo.requests.map(({ size }) => size)).toEqual([999, 51]);
    expect(h.meter.rowsRead).toBeLessThan(1_070);
    expect(await receipts(h)).toBe(0);
  });

  test("asks by its date for the receipt of a push that was sent late, and clears the date", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    h.clock.advance(HOUR);
    const before = await givenAccepted(h);
    await receipts(h);
    await deliverNow(h, ids);
    const due = async () => (await deliveriesOf(ids[0] ?? "")).map((row) => row.receipt_due_at);
    expect(await due()).toEqual([h.clock.now() + AFTER]);
    expect((await deliveriesOf(before.ids[0] ?? "")).map((row) => row.receipt_due_at)).toEqual([0]);
    h.clock.advance(AFTER);
    expect(await receipts(h)).toBe(3);
    expect(await due()).toEqual([null]);
  });

  test("that is lost between two providers asks the second one again, and loses none", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenAccepted(h, 2);
    await env.DB.prepare("UPDATE deliveries SET provider = 'former' WHERE dispatch_id = ?")
      .bind(ids[0])
      .run();
    h.expo.settings.receiptErrors.set(tokens[1] ?? "", DEAD);
    h.clock.advance(AFTER);
    const asked = h.interrupts.stopAtNext("fetch", "after");
    const failing = receipts(h);
    await asked.reached;
    h.meter.failNext("before", "D1_ERROR: too much");
    asked.release();
    await expect(failing).rejects.toThrow("too much");
    // The first one is no longer configured, so it is asked later.
    expect(await receipts(h)).toBe(1);
    expect(await dispatchesOf(ids)).toMatchObject([{ status: "sent" }, { status: "failed" }]);
    h.clock.advance(AFTER);
    expect(await receipts(h)).toBe(1);
  });

  test("that runs twice at once may ask twice, and writes down the same", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenAccepted(h, 30, { devices: 2, fallback: "in_app" });
    for (const token of tokens.slice(0, 3)) h.expo.settings.receiptErrors.set(token, DEAD);
    h.clock.advance(AFTER);
    const looked = await Promise.all([
      receipts(h),
      fetchReceipts(h.deps.open("first-primary"), h.deps.pushProviders),
    ]);
    expect(looked.every((count) => count === 0 || count === 60)).toBe(true);
    expect(await dispatchesOf(ids.slice(0, 2))).toMatchObject([
      { status: "failed", delivered_count: 0, failed_count: 2 },
      { status: "sent", delivered_count: 1, failed_count: 1 },
    ]);
    expect(await deadTokens()).toHaveLength(3);
    const { results } = await env.DB.prepare("SELECT channel FROM dispatches WHERE channel <> 'push'").all();
    expect(results).toHaveLength(1);
    expect(await receipts(h)).toBe(0);
  });
});

describe("a receipt that says the device is dead", () => {
  test("invalidates its token and corrects the counts", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenAccepted(h, 2, { devices: 2 });
    h.expo.settings.receiptErrors.set(tokens[0] ?? "", DEAD);
    h.clock.advance(AFTER);
    await receipts(h);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "sent", delivered_count: 1, failed_count: 1, error_code: null },
      { status: "sent", delivered_count: 2, failed_count: 0, error_code: null },
    ]);
    expect(await deadTokens()).toEqual([{ token: tokens[0], invalid_reason: "device_not_registered" }]);
    expect(await deliveriesOf(ids[0] ?? "")).toMatchObject([
      { status: "failed", error: "device_not_registered", receipt_due_at: null },
      { status: "accepted", error: null, receipt_due_at: 0 },
    ]);
  });

  test.each([1, 3])(
    "of all %i devices makes it a failure, and its fallback follows once",
    async (devices) => {
      const h = createWorld();
      const { ids, tokens } = await givenAccepted(h, 1, { devices, fallback: "in_app" });
      for (const token of tokens) h.expo.settings.receiptErrors.set(token, DEAD);
      h.clock.advance(AFTER);
      await receipts(h);
      expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
        status: "failed",
        delivered_count: 0,
        failed_count: devices,
        error_code: "undelivered",
        error: "No device could be reached",
      });
      await env.DB.prepare("UPDATE deliveries SET receipt_due_at = 1").run();
      await receipts(h);
      const { results } = await env.DB.prepare("SELECT channel, status FROM dispatches WHERE id <> ?")
        .bind(ids[0])
        .all();
      expect(results).toEqual([{ channel: "in_app", status: "queued" }]);
    },
  );

  test("wakes the fallback when it has to be sent", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenAccepted(h, 1, { fallback: "email" });
    h.expo.settings.receiptErrors.set(tokens[0] ?? "", DEAD);
    h.clock.advance(AFTER);
    await receipts(h);
    const follower = await env.DB.prepare("SELECT id FROM dispatches WHERE id <> ?")
      .bind(ids[0])
      .first<string>("id");
    expect(h.queues.waiting).toMatchObject([{ lane: "email", body: { ids: [follower] } }]);
  });

  test("does not invalidate a token that was registered again since, by any user", async () => {
    const h = createWorld();
    const { ids, tokens, users } = await givenAccepted(h, 3);
    const [same = "", moved = "", gone = ""] = tokens;
    for (const token of tokens) h.expo.settings.receiptErrors.set(token, DEAD);
    h.clock.advance(MINUTE);
    expect((await register(h, users[0] ?? "", same)).status).toBe(201);
    expect((await register(h, users[2] ?? "", moved)).status).toBe(201);
    h.clock.advance(AFTER);
    await receipts(h);
    expect(await deadTokens()).toMatchObject([{ token: gone }]);
    // What had been sent to them was not delivered all the same.
    expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "failed", delivered_count: 0 })));
  });

  test("also invalidates a token that was registered in the same millisecond as the push", async () => {
    const h = createWorld();
    const { tokens, users } = await givenAccepted(h);
    await register(h, users[0] ?? "", tokens[0] ?? "");
    h.expo.settings.receiptErrors.set(tokens[0] ?? "", DEAD);
    h.clock.advance(AFTER);
    await receipts(h);
    expect(await deadTokens()).toHaveLength(1);
  });

  test("counts nothing as failed that may still be tried again", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 1, { devices: 2 });
    const [id = ""] = ids;
    const [first = "", second = ""] = tokens;
    h.expo.settings.ticketErrors.set(second, "ExpoError");
    h.expo.settings.receiptErrors.set(first, DEAD);
    h.queues.put("push", { v: 1, channel: "push", ids });
    await live(h, 20);
    await receipts(h);
    expect(await dispatchOf(id)).toMatchObject({
      status: "queued",
      attempts: 4,
      delivered_count: 0,
      failed_count: 1,
    });
    h.expo.settings.ticketErrors.clear();
    await live(h, 60);
    expect(await dispatchOf(id)).toMatchObject({
      status: "sent",
      attempts: 5,
      delivered_count: 1,
      failed_count: 1,
    });
    expect(tokens.map((token) => h.expo.timesGiven(id, token))).toEqual([1, 1]);
  });

  test("is not undone by outcomes that come a second time", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenAccepted(h, 1);
    const [id = ""] = ids;
    const [accepted] = await deliveriesOf(id);
    if (accepted === undefined) throw new Error("nothing was accepted");
    h.expo.settings.receiptErrors.set(tokens[0] ?? "", DEAD);
    h.clock.advance(AFTER);
    await receipts(h);
    const before = [await dispatchOf(id), await deliveriesOf(id)];
    const again = { ...accepted, status: "accepted" as const, provider: "expo", accepted_at: 0 };
    await settle(h.ctx, settlementOf({ verdicts: [{ id, status: "sent" }], deliveries: [again] }));
    expect([await dispatchOf(id), await deliveriesOf(id)]).toEqual(before);
  });
});

describe("another error in a receipt", () => {
  test.each([
    ["MessageRateExceeded", "message_rate_exceeded"],
    ["InvalidCredentials", "expo_invalid_credentials"],
    ["SomethingNew", "expo_unknown_error"],
  ])("(%s) means that it was not delivered, and leaves the token alive", async (error, code) => {
    const h = createWorld();
    const { ids, tokens } = await givenAccepted(h);
    h.expo.settings.receiptErrors.set(tokens[0] ?? "", error);
    h.clock.advance(AFTER);
    await receipts(h);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "failed", error_code: "undelivered" });
    expect(await deliveriesOf(ids[0] ?? "")).toMatchObject([{ status: "failed", error: code }]);
    expect(await deadTokens()).toEqual([]);
  });
});
