import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Dispatch } from "../../src/db/schema/index.ts";
import { MINUTE } from "../../src/lib/clock.ts";
import {
  createWorld,
  deliverNow,
  dispatchOf,
  emptyTables,
  givenPushes,
  live,
  waits,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

/** Everything that came into being beside these. */
async function followersOf(ids: readonly string[]): Promise<Dispatch[]> {
  const { results } = await env.DB.prepare(
    "SELECT * FROM dispatches WHERE id NOT IN (SELECT value FROM json_each(?))",
  )
    .bind(JSON.stringify(ids))
    .all<Dispatch>();
  return results;
}

describe("the fallback of a push that fails", () => {
  test("to in_app is delivered when its wake-up call comes, with the same content", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, {
      devices: 0,
      fallback: "in_app",
      data: { a: 1 },
      scenarioId: "s",
      promptId: "p",
    });
    const [id = ""] = ids;
    await deliverNow(h, ids);
    const push = await dispatchOf(id);
    expect(push).toMatchObject({ status: "failed", error_code: "no_device" });
    expect(await followersOf(ids)).toMatchObject([{ channel: "in_app", status: "queued", lane: "bulk" }]);
    await h.drain();
    const { title, body, data, scenario_id, prompt_id, user_id, org_id, type } = push;
    const content = { title, body, data, scenario_id, prompt_id, user_id, org_id, type };
    const now = h.clock.now();
    expect(await followersOf(ids)).toMatchObject([
      {
        ...content,
        channel: "in_app",
        status: "delivered",
        delivered_count: 1,
        fallback: null,
        wake_at: null,
        created_at: now,
        sent_at: now,
        delivered_at: now,
      },
    ]);
    const { results } = await env.DB.prepare("SELECT key FROM occasions").all();
    expect(results).toEqual([{ key: `fallback:${id}` }]);
  });

  test("to email is queued and woken on that queue", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { devices: 0, fallback: "email" });
    await deliverNow(h, ids);
    const [follower] = await followersOf(ids);
    expect(follower).toMatchObject({
      channel: "email",
      lane: "email",
      status: "queued",
      attempts: 0,
      slot_at: null,
    });
    expect(h.queues.waiting).toMatchObject([
      { lane: "email", body: { v: 1, channel: "email", ids: [follower?.id] }, at: h.clock.now() },
    ]);
  });

  test("of a bulk send stays on the bulk queue", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { devices: 0, lane: "bulk", fallback: "email" });
    await deliverNow(h, ids);
    expect(await followersOf(ids)).toMatchObject([{ lane: "bulk" }]);
    expect(waits(h, "bulk")).toEqual([0]);
  });

  test("follows once, though the settle was committed and reported as failed", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2, { devices: 0, fallback: "in_app" });
    const claimed = h.interrupts.stopAtNext("d1", "after");
    const consumed = deliverNow(h, ids);
    await claimed.reached;
    h.meter.failNext("after", "D1_ERROR: D1 DB exceeded its CPU time limit and was reset.");
    claimed.release();
    await consumed;
    await live(h, 3);
    expect(await followersOf(ids)).toHaveLength(2);
  });

  test("is not made while there is an attempt left, nor when a device has accepted", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 2, { devices: 2, fallback: "in_app" });
    h.expo.settings.ticketErrors.set(tokens[0] ?? "", "MessageTooBig");
    h.expo.settings.ticketErrors.set(tokens[2] ?? "", "ExpoError");
    await deliverNow(h, ids);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "sent" });
    expect(await dispatchOf(ids[1] ?? "")).toMatchObject({ status: "queued" });
    expect(await followersOf(ids)).toEqual([]);
  });

  test("is not made when it is too late for any channel", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { fallback: "in_app", expiresAt: h.clock.now() + MINUTE });
    h.clock.advance(2 * MINUTE);
    await deliverNow(h, ids);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "failed", error_code: "expired" });
    expect(await followersOf(ids)).toEqual([]);
  });

  test("has no fallback of its own", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1, { devices: 0, fallback: "email" });
    await deliverNow(h, ids);
    await live(h, 10);
    expect(await followersOf(ids)).toHaveLength(1);
  });
});
