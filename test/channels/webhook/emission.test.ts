import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyFeedback } from "../../../src/channels/feedback/apply.ts";
import { MINUTE } from "../../../src/lib/clock.ts";
import type { Harness } from "../../support/harness.ts";
import { createMailWorld, givenMails, mailNow } from "../../support/mail.ts";
import { deliverNow, dispatchOf, emptyTables, givenDispatches, live } from "../../support/pipeline.ts";
import { createReceiver } from "../../support/sandbox/receiver.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { givenType } from "../../events/world.ts";
import { createHookWorld, emptyEndpoints, givenEndpoint } from "./world.ts";

beforeEach(async () => {
  await emptyTables();
  await emptyEndpoints();
});
afterEach(emptyEndpoints);

const sendPush = (h: Harness, user: string) =>
  h.request("POST", "/api/v1/notifications", { body: aPush(user) });

describe("a push that was sent", () => {
  test("is told to its organization's endpoint, signed, and without a token or a text", async () => {
    const { h, receiver, org } = await createHookWorld();
    const { id, secret } = await givenEndpoint(h, org);
    receiver.secrets.push(secret);
    const user = await givenUser(h, { org });
    expect((await sendPush(h, user.id)).status).toBe(201);
    await h.drain();
    expect(receiver.received).toHaveLength(1);
    const [webhook] = receiver.received;
    expect(webhook).toMatchObject({
      isGenuine: true,
      redirect: "manual",
      id: expect.stringMatching(/^whm_/),
      timestamp: Math.floor(h.clock.now() / 1_000),
    });
    expect(webhook?.body).toEqual({
      type: "message.sent",
      version: 1,
      timestamp: expect.any(String),
      data: {
        id: expect.stringMatching(/^dsp_/),
        channel: "push",
        type: "push",
        status: "sent",
        code: null,
        user_id: user.id,
        org_id: org,
        event_id: null,
        batch_id: null,
      },
    });
    expect(webhook?.text).not.toContain("ExponentPushToken");
    expect(webhook?.text).not.toContain("Time to log");
    const messages = await h.request("GET", `/api/v1/webhook-endpoints/${id}/messages`);
    expect(messages.body.data).toMatchObject([
      {
        id: webhook?.id,
        type: "message.sent",
        status: "sent",
        attempts: [{ outcome: "accepted", status: 200 }],
      },
    ]);
  });

  test("is told at once, not when the sweep comes", async () => {
    const { h, receiver, org } = await createHookWorld();
    await givenEndpoint(h, org);
    const user = await givenUser(h, { org });
    const begun = h.clock.now();
    await sendPush(h, user.id);
    await h.drain();
    expect(receiver.received).toHaveLength(1);
    expect(h.clock.now() - begun).toBeLessThan(MINUTE);
  });
});

describe("an endpoint hears", () => {
  test("of a push that failed, and of the device that is dead", async () => {
    const { h, receiver, org } = await createHookWorld();
    await givenEndpoint(h, org);
    const user = await givenUser(h, { org });
    h.expo.settings.ticketErrors.set(user.tokens[0] ?? "", "DeviceNotRegistered");
    await sendPush(h, user.id);
    await h.drain();
    const bodies = receiver.received.map(({ body }) => body);
    expect(bodies).toContainEqual(
      expect.objectContaining({
        type: "device.invalidated",
        data: {
          user_id: user.id,
          org_id: org,
          provider: "expo",
          platform: "ios",
          app: null,
          code: "device_not_registered",
        },
      }),
    );
    expect(bodies).toContainEqual(
      expect.objectContaining({
        type: "message.failed",
        data: expect.objectContaining({ status: "failed", code: expect.any(String) }),
      }),
    );
    expect(bodies).toHaveLength(2);
  });

  test("of a receipt that shows late that nobody got a push", async () => {
    const { h, receiver, org } = await createHookWorld();
    await givenEndpoint(h, org, { types: ["message.failed"] });
    const user = await givenUser(h, { org });
    h.expo.settings.receiptErrors.set(user.tokens[0] ?? "", "DeviceNotRegistered");
    await sendPush(h, user.id);
    h.clock.advance(20 * MINUTE);
    await h.tick();
    await h.drain();
    expect(receiver.received.map(({ body }) => [body.type, body.data["code"]])).toEqual([
      ["message.failed", "undelivered"],
    ]);
  });

  test("of messages that are cancelled: they are skipped", async () => {
    const { h, receiver, org } = await createHookWorld();
    await givenEndpoint(h, org, { types: ["message.skipped"] });
    const user = await givenUser(h, { org });
    const [id = ""] = await givenDispatches(h, [user.id], { orgId: org, sendAt: h.clock.now() + MINUTE });
    const cancelled = await h.request("DELETE", `/api/v1/admin/notifications/${id}`);
    expect((await dispatchOf(id)).status, JSON.stringify(cancelled.body)).toBe("cancelled");
    await h.drain();
    expect(receiver.typesOf()).toEqual(["message.skipped"]);
  });

  test("of in-app messages as they arrive and are read, and of their event", async () => {
    const { h, receiver, org } = await createHookWorld();
    await givenEndpoint(h, org);
    const type = await givenType(h, { channels: [{ channel: "in_app" }] });
    const users = [await givenUser(h, { org }), await givenUser(h, { org })].map(({ id }) => id);
    const sent = await h.request("POST", `/api/v1/events`, {
      body: { type, org_id: org, recipients: { users }, data: {} },
    });
    expect(sent.body).toMatchObject({ status: "done", message_count: 2 });
    await h.drain();
    expect(receiver.typesOf().toSorted()).toEqual([
      "event.completed",
      "message.delivered",
      "message.delivered",
    ]);
    const completed = receiver.received.find(({ body }) => body.type === "event.completed");
    expect(completed?.body.data).toEqual({
      id: sent.body.id,
      type,
      org_id: org,
      recipients: 2,
      messages: 2,
      skipped: {},
    });
    const arrived = receiver.received.find(({ body }) => body.data["user_id"] === users[0]);
    expect(arrived?.body.data).toMatchObject({
      channel: "in_app",
      event_id: sent.body.id,
      status: "delivered",
    });

    const as = { role: "user", sub: users[0] ?? "", org } as const;
    const inbox = await h.request("GET", "/api/v1/inbox", { as });
    await h.request("POST", `/api/v1/inbox/${inbox.body.data[0].id}/read`, { as });
    await h.drain();
    expect(receiver.received.at(-1)?.body).toMatchObject({
      type: "message.read",
      data: { id: arrived?.body.data["id"], user_id: users[0] },
    });
    // Read again: nothing has changed.
    await h.request("POST", `/api/v1/inbox/${inbox.body.data[0].id}/read`, { as });
    await h.drain();
    expect(receiver.received).toHaveLength(4);
  });

  test("of a changed preference once, whatever else is written", async () => {
    const { h, receiver, org } = await createHookWorld();
    await givenEndpoint(h, org, { types: ["preferences.changed"] });
    const user = await givenUser(h, { org });
    const as = { role: "user", sub: user.id, org } as const;
    const path = "/api/v1/notifications/preferences";
    await h.request("GET", path, { as });
    await h.drain();
    expect(receiver.received).toEqual([]);
    const change = () => h.request("PUT", path, { as, body: { weekly_digest_enabled: false } });
    const changed = await change();
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    await change();
    await h.drain();
    expect(receiver.received.map(({ body }) => [body.type, body.data])).toEqual([
      ["preferences.changed", { user_id: user.id, org_id: org }],
    ]);
  });

  test("of e-mails that arrive or bounce, and of the address that gets no more, without the address", async () => {
    const h = createMailWorld();
    const receiver = createReceiver();
    h.hosts.set("hooks.example.com", receiver.fetch);
    const org = await givenOrg(h);
    await givenEndpoint(h, org);
    const users = await Promise.all(
      ["kari", "ola"].map((name) => givenUser(h, { org, email: `${name}@example.com` })),
    );
    const ids = await givenMails(
      h,
      users.map(({ id }) => id),
      { orgId: org },
    );
    await mailNow(h, ids);
    const event = { providerMessageId: null, address: null, at: h.clock.now() };
    await applyFeedback(h.ctx, "email", [
      { ...event, kind: "delivered", permanent: false, dispatchId: ids[0] ?? "", code: "delivered" },
      { ...event, kind: "bounced", permanent: true, dispatchId: ids[1] ?? "", code: "no_mailbox" },
    ]);
    await h.drain();
    const told = receiver.received.map(({ body }) => [body.type, body.data["user_id"], body.data["code"]]);
    expect(told).toHaveLength(5);
    expect(told).toEqual(
      expect.arrayContaining([
        ["message.sent", users[0]?.id, null],
        ["message.sent", users[1]?.id, null],
        ["message.delivered", users[0]?.id, null],
        ["message.bounced", users[1]?.id, "no_mailbox"],
        ["suppression.added", users[1]?.id, "bounce"],
      ]),
    );
    const suppressed = receiver.received.find(({ body }) => body.type === "suppression.added");
    expect(suppressed?.body.data).toMatchObject({
      id: expect.stringMatching(/^sup_/),
      expires_at: expect.stringMatching(/^2026-/),
    });
    expect(receiver.received.map(({ text }) => text).join()).not.toContain("@example.com");
  });
});

describe("it costs", () => {
  test("a push nothing more, where nobody has an endpoint", async () => {
    const { h } = await createHookWorld({ autoDrain: false });
    const before = await costOfSettling(h);
    expect(before).toMatchObject({ trips: 2, written: 30 });
    // One that is disabled is as none.
    await env.DB.prepare(
      "INSERT INTO webhook_endpoints (id, org_id, url, enabled, secret, queued_on, queued_count, created_at, updated_at) VALUES ('e', '', 'x', 0, 's', 0, 0, 0, 0)",
    ).run();
    expect(await costOfSettling(h)).toEqual(before);
  });

  test("a few reads for each message, and no write or round trip, where others have endpoints", async () => {
    const { h, org: other } = await createHookWorld({ autoDrain: false });
    const before = await costOfSettling(h);
    await givenEndpoint(h, other);
    const after = await costOfSettling(h);
    expect(after).toMatchObject({ trips: before.trips, written: before.written });
    expect((after.read - before.read) / 10).toBeLessThanOrEqual(12);
  });

  test("one more round trip, and ten rows a webhook, where one hears", async () => {
    const { h } = await createHookWorld({ autoDrain: false });
    const before = await costOfSettling(h);
    await givenEndpoint(h, null);
    const after = await costOfSettling(h);
    expect(after.trips).toBe(before.trips + 1);
    expect((after.written - before.written) / 10).toBeLessThanOrEqual(10);
  });
});

/** Of ten pushes to users of an organization below another one. */
async function costOfSettling(h: Harness) {
  const org = await givenOrg(h, await givenOrg(h));
  const users = await Promise.all(Array.from({ length: 10 }, () => givenUser(h, { org })));
  const ids = await givenDispatches(
    h,
    users.map(({ id }) => id),
    { orgId: org },
  );
  h.meter.reset();
  expect(await deliverNow(h, ids)).toEqual(["ack"]);
  return { trips: h.meter.trips, read: h.meter.rowsRead, written: h.meter.rowsWritten };
}

test("what users cause at will fills half of a day, and leaves the rest to what matters more", async () => {
  const { h, receiver, org } = await createHookWorld({ autoDrain: false });
  const { id } = await givenEndpoint(h, org);
  const user = await givenUser(h, { org, devices: 2 });
  const as = { role: "user", sub: user.id, org } as const;
  const path = "/api/v1/notifications/preferences";
  let isOn = true;
  const change = async () => {
    isOn = !isOn;
    const { status } = await h.request("PUT", path, { as, body: { weekly_digest_enabled: isOn } });
    expect(status).toBe(200);
  };
  await h.request("GET", path, { as });
  await env.DB.prepare(
    "UPDATE webhook_endpoints SET queued_on = ?, queued_count = 70000, queued_by_users = 49999",
  )
    .bind(Math.floor(h.clock.now() / 86_400_000))
    .run();
  await change();
  await change();
  for (const token of user.tokens)
    await h.request("DELETE", `/api/v1/notifications/device-tokens/${encodeURIComponent(token)}`, { as });
  await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
  await live(h, 3);
  expect(receiver.received.map(({ body }) => body.type)).toEqual(["preferences.changed", "message.failed"]);
  const { body } = await h.request("GET", `/api/v1/webhook-endpoints/${id}`);
  expect(body.queued_today).toBe(70_002);
  h.clock.advance(24 * 60 * MINUTE);
  await change();
  await live(h, 3);
  expect(receiver.received.at(-1)?.body.type).toBe("preferences.changed");
});

test("a day is bounded: beyond it nothing is queued, and the next day all is well", async () => {
  const { h, receiver, org } = await createHookWorld({ autoDrain: false });
  const { id } = await givenEndpoint(h, org);
  await env.DB.prepare("UPDATE webhook_endpoints SET queued_on = ?, queued_count = 99999")
    .bind(Math.floor(h.clock.now() / 86_400_000))
    .run();
  const user = await givenUser(h, { org });
  const push = () =>
    h.request("POST", "/api/v1/notifications", {
      body: aPush(user.id),
      headers: { prefer: "respond-async" },
    });
  await push();
  await push();
  await live(h, 3);
  expect(receiver.received).toHaveLength(1);
  expect((await h.request("GET", `/api/v1/webhook-endpoints/${id}`)).body.queued_today).toBe(100_000);
  h.clock.advance(24 * 60 * MINUTE);
  await push();
  await live(h, 3);
  expect(receiver.received).toHaveLength(2);
  expect((await h.request("GET", `/api/v1/webhook-endpoints/${id}`)).body.queued_today).toBe(1);
});
