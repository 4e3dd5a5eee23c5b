import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { aType, put } from "../api/types/calls.ts";
import { createPager } from "../delivery/test-channel.ts";
import { givenType } from "../events/world.ts";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { emptyTables } from "../support/pipeline.ts";
import { givenChoices, givenOrgSettings } from "../support/preferences.ts";
import { givenOrg, givenUser } from "../support/world.ts";

// A channel that needs a provider is in the API's schemas, but a deployment without the provider does not have it.

beforeEach(emptyTables);

const own = (sub: string): Caller => ({ role: "user", sub });

/** A deployment that has the channel. */
const withSms = (): Harness => {
  const pager = createPager();
  return createHarness({ channels: [{ ...pager.channel, channel: "sms" }] });
};

const NAMED = "sms is not configured here";

describe("a type", () => {
  test("cannot have a channel that is not configured, and the field is named", async () => {
    const h = createHarness();
    const body = aType({ channels: [{ channel: "in_app" }, { channel: "sms", wait: 60 }] });
    const { status, body: problem } = await put(h, mint("t"), null, body);
    expect(status).toBe(400);
    expect(problem.errors).toEqual([
      { pointer: "/channels/1/channel", detail: expect.stringContaining(NAMED) },
    ]);
    expect((await put(withSms(), mint("t"), null, body)).status).toBe(201);
  });
});

describe("an event", () => {
  const given = async (channels: Parameters<typeof givenType>[1]) => {
    const h = createHarness();
    const { id: user } = await givenUser(h);
    const type = await givenType(h, channels);
    const send = (more: object = {}) =>
      h.request("POST", "/api/v1/events", {
        body: { type, recipients: { users: [user] }, data: {}, ...more },
      });
    return { h, send };
  };

  test("of a type that has lost a channel goes to its other channels, and says so", async () => {
    const { send } = await given({ channels: [{ channel: "sms" }, { channel: "in_app" }] });
    const { status, body } = await send();
    expect([status, body.message_count, body.skipped]).toEqual([202, 1, { sms: { not_configured: 1 } }]);
    expect((await send({ dry_run: true })).body.skipped).toEqual({ sms: { not_configured: 1 } });
  });

  test("that names the channel is refused", async () => {
    const { send } = await given({ channels: [{ channel: "in_app" }, { channel: "sms" }] });
    const { status, body } = await send({ channels: ["in_app", "sms"] });
    expect([status, body.errors]).toEqual([
      400,
      [{ pointer: "/channels/1", detail: expect.stringContaining(NAMED) }],
    ]);
  });

  test("of a type that has no other channel is refused", async () => {
    const { send } = await given({ channels: [{ channel: "sms" }] });
    const { status, body } = await send();
    expect([status, body.errors]).toEqual([
      400,
      [{ pointer: "/type", detail: expect.stringContaining(NAMED) }],
    ]);
  });
});

test("what is queued on a channel that is no longer configured is explained, not retried, and can be cancelled", async () => {
  const h = createHarness();
  const { id: user } = await givenUser(h);
  const type = await givenType(h, { channels: [{ channel: "sms" }] });
  const id = "019d2961-a6c0-7000-8000-000000000001";
  await env.DB.prepare(
    `INSERT INTO dispatches (id, channel, lane, type, user_id, status, targets, delivered_count, failed_count, attempts,
       claims, due_at, wake_at, created_at, updated_at) VALUES (?, 'sms', 'push', ?, ?, 'queued', 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
  )
    .bind(id, type, user)
    .run();
  await h.tick();
  await h.drain();
  const { status, body } = await h.request("POST", "/api/v1/explain", { body: { dispatch: id } });
  expect([status, body.channels]).toEqual([
    200,
    [expect.objectContaining({ channel: "sms", verdict: "reject", code: "not_configured", rendering: null })],
  ]);
  const change = (action: string) =>
    h.request("PUT", `/api/v1/admin/notifications/${id}`, { body: { action } });
  expect((await h.request("GET", `/api/v1/admin/notifications/${id}`)).body.data.channel).toBe("sms");
  expect((await h.request("DELETE", `/api/v1/admin/notifications/${id}`)).status).toBe(200);
  const retried = await change("retry");
  expect([retried.status, retried.body.code]).toEqual([409, "not_configured"]);
});

describe("the matrix", () => {
  const read = async (h: Harness, user: string) =>
    (await h.request("GET", "/api/v1/preferences", { as: own(user) })).body.categories;

  test("has the columns of the channels that are configured", async () => {
    const h = createHarness();
    const { id: user } = await givenUser(h);
    expect(Object.keys((await read(h, user)).all)).not.toContain("sms");
    expect(Object.keys((await read(withSms(), user)).all)).toContain("sms");
  });

  test("has a channel on which somebody has decided something, though it is not configured", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const [{ id: user }, { id: chooser }] = [await givenUser(h, { org }), await givenUser(h)];
    await givenChoices(chooser, { cells: { orders: { sms: false } } });
    await givenOrgSettings(org, { preferences: { orders: { sms: { on: false } } } });
    expect((await read(h, user)).orders.sms).toEqual({
      enabled: false,
      inherited_from: "organization",
      locked: false,
    });
    expect((await read(h, chooser)).orders.sms).toMatchObject({ enabled: false, inherited_from: "user" });
  });

  test("takes a choice before the channel is configured", async () => {
    const h = createHarness();
    const { id: user } = await givenUser(h);
    const body = { categories: { orders: { sms: false, chat: true } } };
    const { status, body: matrix } = await h.request("PATCH", "/api/v1/preferences", { as: own(user), body });
    expect([status, matrix.categories.orders.sms.enabled, matrix.categories.orders.chat.enabled]).toEqual([
      200,
      false,
      true,
    ]);
  });
});
