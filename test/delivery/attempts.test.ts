import { beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";
import { deliverOn } from "../../src/delivery/deliver.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  givenPushes,
  live,
  timesGiven,
  waits,
  wakeUp,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

const REFUSED = { kind: "status", status: 500 } as const;

describe("attempts", () => {
  test("are made six times over about three hours, and then it has failed for the last reason", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h);
    for (const token of tokens) h.expo.settings.ticketErrors.set(token, "ProviderError");
    const start = h.clock.now();
    h.queues.put("push", wakeUp(ids));
    await live(h, 4 * 60);
    expect(h.expo.requests.map(({ at }) => (at - start) / SECOND)).toEqual([0, 30, 150, 750, 2_550, 9_750]);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "failed",
      attempts: 6,
      error_code: "expo_upstream_error",
      error: expect.stringContaining("Apple's or Google's"),
      delivered_count: 0,
      failed_count: 1,
      wake_at: null,
      claim_id: null,
      lease_until: null,
      sent_at: start + 9_750 * SECOND,
    });
  });

  test("are not spent by a permanent refusal, after which there is no other", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h);
    h.expo.settings.ticketErrors.set(tokens[0] ?? "", "MessageTooBig");
    h.queues.put("push", wakeUp(ids));
    await live(h, 10);
    expect(h.expo.requests).toHaveLength(1);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "failed",
      attempts: 1,
      error_code: "message_too_big",
      sent_at: expect.any(Number),
    });
  });

  test("are not made, and none is spent, for a user without a device", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { devices: 0 });
    await deliverNow(h, ids);
    expect(h.expo.requests).toEqual([]);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "failed",
      attempts: 0,
      targets: 0,
      error_code: "no_device",
      error: "The user has no registered device",
    });
  });

  test("come back spread, each dispatch with a wait of its own", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 20);
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    h.expo.failNext(REFUSED);
    await deliverOn({ ...h.ctx, random }, "push", [ids]);
    expect(new Set(waits(h, "push")).size).toBeGreaterThan(8);
    expect(Math.min(...waits(h, "push"))).toBeGreaterThanOrEqual(15);
    expect(Math.max(...waits(h, "push"))).toBeLessThanOrEqual(45);
  });
});

describe("a dispatch that expires", () => {
  test("before it could be sent, fails as expired and is not sent", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { expiresAt: h.clock.now() + MINUTE });
    h.clock.advance(MINUTE);
    await deliverNow(h, ids);
    expect(h.expo.requests).toEqual([]);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "failed",
      error_code: "expired",
      attempts: 0,
      sent_at: null,
      wake_at: null,
    });
  });

  test("a millisecond later, is sent", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { expiresAt: h.clock.now() + MINUTE });
    h.clock.advance(MINUTE - 1);
    await deliverNow(h, ids);
    expect(timesGiven(h, ids)).toEqual([1]);
  });

  test("between two attempts, is not tried again", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { expiresAt: h.clock.now() + MINUTE });
    h.expo.failNext(REFUSED, 2);
    h.queues.put("push", wakeUp(ids));
    await live(h, 10);
    expect(h.expo.requests).toHaveLength(2);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "failed",
      error_code: "expired",
      attempts: 2,
    });
  });

  test("after some of its devices had accepted, was sent", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 1, { devices: 2, expiresAt: h.clock.now() + MINUTE });
    h.expo.settings.ticketErrors.set(tokens[0] ?? "", "ExpoError");
    h.queues.put("push", wakeUp(ids));
    await live(h, 10);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "sent",
      error_code: null,
      delivered_count: 1,
    });
  });

  test("without saying when, does so three days after it was due", async () => {
    const h = createWorld();
    const sendAt = h.clock.now() + 24 * HOUR;
    const { ids } = await givenPushes(h, 2, { sendAt });
    const [first = "", second = ""] = ids;
    h.clock.set(sendAt + 72 * HOUR - 1);
    await deliverNow(h, [first]);
    h.clock.advance(1);
    await deliverNow(h, [second]);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "sent" },
      { status: "failed", error_code: "expired" },
    ]);
  });
});

test("a dispatch whose consumer is lost every time is given up after ten of them", async () => {
  const h = createWorld();
  const { ids } = await givenPushes(h);
  for (let i = 1; i <= 10; i++) {
    const killed = h.interrupts.stopAtNext("fetch", "before");
    void deliverNow(h, ids);
    await killed.reached;
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "sending", claims: i });
    h.clock.advance(2 * MINUTE);
  }
  await deliverNow(h, ids);
  expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
    status: "failed",
    error_code: "abandoned",
    attempts: 0,
  });
  expect(h.expo.requests).toEqual([]);
});
