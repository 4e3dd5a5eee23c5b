import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SECOND } from "../../src/lib/clock.ts";
import type { FaultInput } from "../support/sandbox/expo-state.ts";
import {
  createWorld,
  deliveriesOf,
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
afterEach(() => vi.restoreAllMocks());

/** Expo's ten seconds are over at once, for the next request only. */
function timeOutAtOnce() {
  vi.spyOn(AbortSignal, "timeout").mockImplementationOnce(() => AbortSignal.abort(new Error("time-out")));
}

describe("a fault of Expo that says nothing of the messages", () => {
  const faults: [string, FaultInput, string, number][] = [
    ["500", { kind: "status", status: 500 }, "expo_server_error", 1],
    ["500 after it took them", { kind: "status", status: 500, accept: true }, "expo_server_error", 2],
    ["502 from a proxy", { kind: "html", status: 502 }, "expo_server_error", 1],
    ["a dropped connection", { kind: "drop" }, "expo_unreachable", 1],
    ["a connection dropped after it took them", { kind: "drop", accept: true }, "expo_unreachable", 2],
    ["garbage", { kind: "garbage" }, "expo_bad_response", 1],
    ["garbage after it took them", { kind: "garbage", accept: true }, "expo_bad_response", 2],
    ["a ticket too few", { kind: "tickets", change: -1 }, "expo_bad_response", 2],
    ["a ticket too many", { kind: "tickets", change: 1 }, "expo_bad_response", 2],
  ];

  test.each(faults)("(%s) costs an attempt, and is tried again", async (_, fault, code, times) => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    h.expo.failNext(fault);
    expect(await deliverNow(h, ids)).toEqual(["ack"]);
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({
        status: "queued",
        attempts: 1,
        error_code: code,
        delivered_count: 0,
        failed_count: 0,
      })),
    );
    expect(waits(h, "push")).toEqual([30]);
    h.clock.advance(30 * SECOND);
    await h.drain();
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({ status: "sent", attempts: 2, error_code: null, error: null, delivered_count: 1 })),
    );
    // What Expo took without saying so is given to it again, under the same collapse id.
    expect(timesGiven(h, ids)).toEqual(ids.map(() => times));
  });

  test.each([
    [false, 1],
    [true, 2],
  ])("(no answer in time, taken: %s) costs an attempt, and is tried again", async (accept, times) => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    h.expo.failNext({ kind: "hang", accept });
    timeOutAtOnce();
    await deliverNow(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({ status: "queued", attempts: 1, error_code: "expo_timeout" })),
    );
    await live(h, 2);
    expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "sent", attempts: 2 })));
    expect(timesGiven(h, ids)).toEqual(ids.map(() => times));
  });

  test("is not tried again before the Retry-After that came with it", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h);
    h.expo.failNext({ kind: "status", status: 503, retryAfter: "300" });
    const start = h.clock.now();
    await deliverNow(h, ids);
    await live(h, 8);
    expect(h.expo.accepted.map((push) => push.at - start)).toEqual([300 * SECOND]);
  });
});

describe("a 429", () => {
  test.each([
    ["90", 90],
    [undefined, 60],
  ])(
    "(Retry-After: %s) spends no attempt, and nothing is sent before its end",
    async (retryAfter, seconds) => {
      const h = createWorld();
      const { ids } = await givenPushes(h, 3);
      h.expo.failNext({ kind: "throttle", retryAfter });
      const start = h.clock.now();
      await deliverNow(h, ids);
      expect(await dispatchesOf(ids)).toMatchObject(
        ids.map(() => ({
          status: "queued",
          attempts: 0,
          error_code: null,
          due_at: start + seconds * SECOND,
        })),
      );
      const others = await givenPushes(h, 2);
      h.queues.put("push", wakeUp(others.ids));
      await live(h, 5);
      const later = h.expo.requests.slice(1);
      expect(later.map(({ at }) => at)).toEqual(later.map(() => start + seconds * SECOND));
      expect(await dispatchesOf([...ids, ...others.ids])).toMatchObject(
        [...ids, ...others.ids].map(() => ({ status: "sent", attempts: 1 })),
      );
      expect(new Set(timesGiven(h, [...ids, ...others.ids]))).toEqual(new Set([1]));
    },
  );

  test("in the middle of a round stops the rest of it, and keeps what was accepted", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 20, { devices: 40 });
    const fetchNow = h.expo.fetch;
    let requests = 0;
    // It is refused when six are under way; the other five are answered after that.
    const refused = Promise.withResolvers<void>();
    h.expo.fetch = async (url, init) => {
      if (++requests === 3) {
        await vi.waitUntil(() => requests === 6);
        setTimeout(() => refused.resolve(), 50);
        return new Response("", { status: 429, headers: { "retry-after": "45" } });
      }
      await refused.promise;
      return fetchNow(url, init);
    };
    await deliverNow(h, ids);
    // 800 messages are eight requests: six at a time, of which the third is refused with the 40 × 2 + 20 that were in it.
    expect(requests).toBe(6);
    expect(h.expo.accepted).toHaveLength(500);
    expect((await dispatchesOf(ids)).map(({ status }) => status)).toEqual(
      ids.map((_, i) => (i < 5 || (i > 7 && i < 15) ? "sent" : "queued")),
    );
    await live(h, 3);
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({ status: "sent", attempts: 1, targets: 40, delivered_count: 40, failed_count: 0 })),
    );
    expect(timesGiven(h, ids)).toEqual(ids.map(() => 40));
  });

  test("that another consumer gets stops a round that is under way", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 20, { devices: 40 });
    const [other = ""] = (await givenPushes(h)).ids;
    // The gate is asked before the claim, and before each of eight requests.
    const stopped = h.interrupts.stopAtNext("gate.acquire", "before", 5);
    const round = deliverNow(h, ids);
    await stopped.reached;
    await vi.waitFor(() => expect(h.expo.accepted).toHaveLength(300));
    h.expo.failNext({ kind: "throttle", retryAfter: "45" });
    await deliverNow(h, [other]);
    const start = h.clock.now();
    stopped.release();
    await round;
    expect(h.expo.accepted).toHaveLength(300);
    await live(h, 3);
    expect(h.expo.accepted.slice(300).every((push) => push.at >= start + 45 * SECOND)).toBe(true);
    expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "sent", delivered_count: 40 })));
    expect(timesGiven(h, ids)).toEqual(ids.map(() => 40));
  });
});

describe("when some of a user's devices have accepted", () => {
  test("a retry goes only to the others", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 1, { devices: 3 });
    const [id = ""] = ids;
    h.expo.settings.ticketErrors.set(tokens[1] ?? "", "ExpoError");
    await deliverNow(h, ids);
    expect(await dispatchOf(id)).toMatchObject({
      status: "queued",
      attempts: 1,
      targets: 3,
      delivered_count: 2,
      failed_count: 0,
    });
    h.expo.settings.ticketErrors.clear();
    await live(h, 2);
    expect(await dispatchOf(id)).toMatchObject({
      status: "sent",
      attempts: 2,
      targets: 3,
      delivered_count: 3,
    });
    expect(tokens.map((token) => h.expo.timesGiven(id, token))).toEqual([1, 1, 1]);
    expect(h.expo.requests.map(({ size }) => size)).toEqual([3, 1]);
  });

  test("and the others never do, it was sent, and what failed is counted", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 1, { devices: 2, fallback: "in_app" });
    const [id = ""] = ids;
    h.expo.settings.ticketErrors.set(tokens[1] ?? "", "ExpoError");
    h.queues.put("push", wakeUp(ids));
    await live(h, 4 * 60);
    expect(await dispatchOf(id)).toMatchObject({
      status: "sent",
      attempts: 6,
      delivered_count: 1,
      failed_count: 1,
      error_code: null,
    });
    expect((await deliveriesOf(id)).map(({ status }) => status)).toEqual(["accepted", "retry"]);
    expect(tokens.map((token) => h.expo.timesGiven(id, token))).toEqual([1, 0]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM dispatches").first("n")).toBe(1);
  });

  test("a dead one is invalidated, and the message counts as sent to the living", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 1, { devices: 2 });
    h.expo.settings.ticketErrors.set(tokens[0] ?? "", "DeviceNotRegistered");
    await deliverNow(h, ids);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "sent",
      delivered_count: 1,
      failed_count: 1,
    });
    const { results } = await env.DB.prepare(
      "SELECT token, invalid_reason FROM device_tokens WHERE invalidated_at IS NOT NULL",
    ).all();
    expect(results).toEqual([{ token: tokens[0], invalid_reason: "device_not_registered" }]);
  });
});
