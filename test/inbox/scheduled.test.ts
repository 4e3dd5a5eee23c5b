import { describe, expect, test } from "vitest";
import { deliverInApp } from "../../src/channels/in-app/deliver.ts";
import { builtInTypes } from "../../src/notifications/registry.ts";
import { parseId } from "../../src/lib/ids.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import { consumeAll, createWorld, dispatchOf, live } from "../support/pipeline.ts";
import { aPush, givenUser } from "../support/world.ts";
import { aReader, BASE, givenMessages, givenTab, until } from "./world.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const uuid = (printed = "") => parseId("notif", printed) ?? "";
const statusOf = async (id: string | undefined) => (await dispatchOf(uuid(id))).status;
const wakeUp = (ids: readonly string[]) => ({ v: 1, channel: "in_app", ids: ids.map(uuid) });

/** What a reader sees, and when it says that it came. */
const seen = async (h: Harness, sub: string) =>
  (await h.request("GET", BASE, { as: { role: "user", sub } })).body.data.map(
    (message: { sent_at: string }) => Date.parse(message.sent_at),
  );

describe("an in-app message for later", () => {
  test.each([
    ["soon", 90_000],
    ["in ten minutes", 10 * MINUTE + 7_000],
    ["in two days", 2 * DAY + 31_000],
  ])("%s comes to the second, once", async (_, wait) => {
    const h = createWorld();
    const { id } = await givenUser(h, { devices: 0 });
    const at = h.clock.now() + wait;
    const channels = ["in_app"];
    const { status, body } = await h.request("POST", "/api/v1/notifications", {
      body: aPush(id, { channels, send_at: new Date(at).toISOString() }),
    });
    expect([status, body.status]).toEqual([202, "queued"]);
    expect(await seen(h, id)).toEqual([]);
    if (wait > MINUTE * 60) h.clock.set(at - 5 * MINUTE);
    await live(h, 12);
    expect(await seen(h, id)).toEqual([at]);
    expect(await dispatchOf(uuid(body.id))).toMatchObject({
      status: "delivered",
      delivered_count: 1,
      wake_at: null,
    });
  });

  test("is announced to its user's open tabs when it comes", async () => {
    const h = createHarness();
    const reader = aReader();
    const tab = await givenTab(h, reader);
    const [id = ""] = await givenMessages(h, reader.sub, 1, { sendAt: h.clock.now() + 1_000 });
    h.clock.advance(1_000);
    await consumeAll(h, [wakeUp([id])]);
    await until(() => tab.shown.has(id));
  });

  test("met before its time waits on, and is woken at it", async () => {
    const h = createWorld();
    const [id = ""] = await givenMessages(h, aReader().sub, 1, { sendAt: h.clock.now() + 30_000 });
    expect(await consumeAll(h, [wakeUp([id])])).toEqual(["ack"]);
    expect(await statusOf(id)).toBe("queued");
    expect(h.queues.waiting.map((message) => message.at - h.clock.now())).toEqual([30_000]);
    h.clock.advance(30_000);
    await h.drain();
    expect(await statusOf(id)).toBe("delivered");
  });

  test("that has expired meanwhile is not delivered", async () => {
    const h = createWorld();
    const reader = aReader();
    const now = h.clock.now();
    const [id = ""] = await givenMessages(h, reader.sub, 1, { sendAt: now + 1_000, expiresAt: now + 2_000 });
    h.clock.advance(2_000);
    await consumeAll(h, [wakeUp([id])]);
    expect(await dispatchOf(uuid(id))).toMatchObject({
      status: "failed",
      error_code: "expired",
      wake_at: null,
    });
    expect(await seen(h, reader.sub)).toEqual([]);
  });

  test("that had expired when it was made is not delivered either", async () => {
    const h = createWorld();
    const reader = aReader();
    const [id = ""] = await givenMessages(h, reader.sub, 1, { expiresAt: h.clock.now() });
    expect(await seen(h, reader.sub)).toEqual([]);
    await live(h, 5);
    expect(await dispatchOf(uuid(id))).toMatchObject({ status: "failed", error_code: "expired" });
    expect(await seen(h, reader.sub)).toEqual([]);
  });

  test("that expires once it has come stays, and says until when it was meant", async () => {
    const h = createWorld();
    const reader = aReader();
    const at = h.clock.now() + MINUTE;
    const [id] = await givenMessages(h, reader.sub, 1, { expiresAt: at });
    h.clock.advance(DAY);
    const { body } = await h.request("GET", BASE, { as: reader });
    expect(body).toMatchObject({
      unread_count: 1,
      data: [{ id, expires_at: new Date(at).toISOString(), read_at: null }],
    });
  });

  test("that was cancelled stays so", async () => {
    const h = createWorld();
    const [id = ""] = await givenMessages(h, aReader().sub, 1, { sendAt: h.clock.now() + MINUTE });
    const path = `/api/v1/admin/notifications/${id.replace("notif_", "dsp_")}`;
    expect((await h.request("DELETE", path)).status).toBeLessThan(300);
    h.clock.advance(MINUTE);
    await consumeAll(h, [wakeUp([id])]);
    expect(await statusOf(id)).toBe("cancelled");
  });

  test("comes a little later when D1 is away, and when its wake-up call is lost", async () => {
    const h = createWorld();
    const [id = ""] = await givenMessages(h, aReader().sub, 1, { sendAt: h.clock.now() + 1_000 });
    h.clock.advance(1_000);
    h.meter.away(true);
    expect(await consumeAll(h, [wakeUp([id])])).toEqual([15]);
    h.meter.away(false);
    expect(await statusOf(id)).toBe("queued");
    await live(h, 4);
    expect(await statusOf(id)).toBe("delivered");
  });

  test("keeps its first time when it is woken twice, and touches no other channel", async () => {
    const h = createWorld();
    const reader = aReader();
    const [id = ""] = await givenMessages(h, reader.sub, 1, { sendAt: h.clock.now() + 1_000 });
    const [push = ""] = await givenMessages(h, reader.sub, 1, { channel: "push" });
    h.clock.advance(1_000);
    await consumeAll(h, [wakeUp([id, push]), wakeUp([id])]);
    const first = await dispatchOf(uuid(id));
    h.clock.advance(1_000);
    await consumeAll(h, [wakeUp([id])]);
    expect(await dispatchOf(uuid(id))).toEqual(first);
    expect(await statusOf(push)).toBe("queued");
  });

  test("costs two round trips for a hundred, and a call for each user", async () => {
    const h = createWorld();
    const readers = [aReader(), aReader()];
    const sendAt = h.clock.now() + 1_000;
    const ids: string[] = [];
    for (const { sub } of readers) ids.push(...(await givenMessages(h, sub, 50, { sendAt })));
    h.clock.advance(1_000);
    h.interrupts.reset();
    await deliverInApp(
      h.ctx,
      builtInTypes,
      ids.map((id) => [uuid(id)]),
    );
    expect(h.interrupts.calls).toEqual(["d1", "d1", "inbox.notify", "inbox.notify"]);
  });
});
