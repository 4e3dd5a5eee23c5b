import { beforeEach, expect, test } from "vitest";
import { printId } from "../../../src/lib/ids.ts";
import { type Caller, type Harness, mint, SERVICE } from "../../support/harness.ts";
import { emptyTables, live } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { ADDRESSES, connect, createWorld, givenType, messagesOf, sendEvent } from "./world.ts";

beforeEach(emptyTables);

const adminOf = (org: string): Caller => ({ role: "org_admin", sub: mint("adm"), org });

/** A message to an organization's chat that has failed, because its webhook was deleted. */
async function givenFailed(h: Harness) {
  const above = await givenOrg(h);
  const org = await givenOrg(h, above);
  const deleted = { kind: "discord", url: "https://discord.com/api/webhooks/1/deleted" };
  const connection = await connect(h, { org_id: org }, deleted);
  const type = await givenType();
  await sendEvent(h, type, { connections: [connection] });
  await h.drain();
  const [message] = await messagesOf(type);
  expect(message).toMatchObject({ status: "failed", user_id: connection, org_id: org });
  const id = String(message?.["id"]);
  const change = async (as: Caller, body: object) => {
    const path = `/api/v1/admin/notifications/${printId("dsp", id)}`;
    const answer = await h.request("PUT", path, { as, body });
    return answer.body.code === undefined ? answer.status : `${answer.status} ${answer.body.code}`;
  };
  const mend = () =>
    h.request("PATCH", `/api/v1/chat-connections/${connection}`, {
      as: SERVICE,
      body: { url: ADDRESSES.discord.url },
    });
  return { above, org, connection, type, change, mend };
}

const RETRY = { action: "retry" };

test.each(["org", "above"] as const)(
  "an admin of the organization (%s) retries a message to its chat, once the chat works",
  async (whose) => {
    const { h, chats } = createWorld();
    const { change, mend, type, ...orgs } = await givenFailed(h);
    const admin = adminOf(orgs[whose]);
    expect(await change(admin, { action: "update", note: "Somebody deleted it" })).toBe(200);
    expect(await change(admin, RETRY)).toBe("409 connection_broken");
    await mend();
    expect(await change(admin, RETRY)).toBe(200);
    await h.drain();
    expect(await messagesOf(type)).toMatchObject([{ status: "sent" }]);
    expect(chats.posted).toHaveLength(1);
  },
);

test("nobody else does: not another organization's admin, nor anybody once the connection is deleted", async () => {
  const { h, chats } = createWorld();
  const { change, mend, org, connection, type } = await givenFailed(h);
  await mend();
  expect(await change(adminOf(await givenOrg(h)), RETRY)).toBe("404 not_found");
  expect(await change(adminOf(await givenOrg(h, org)), RETRY)).toBe("404 not_found");
  await h.request("DELETE", `/api/v1/chat-connections/${connection}`, { as: SERVICE });
  for (const admin of [adminOf(org), SERVICE]) expect(await change(admin, RETRY)).toBe("409 connection_gone");
  expect(await change(adminOf(await givenOrg(h, org)), RETRY)).toBe("404 not_found");
  await h.drain();
  expect(await messagesOf(type)).toMatchObject([{ status: "failed" }]);
  expect(chats.posted).toEqual([]);
});

test("a queued message whose connection was deleted says so, to its sender too, and can be cancelled", async () => {
  const { h, chats } = createWorld();
  const org = await givenOrg(h);
  const as = adminOf(org);
  const connection = await connect(h, { org_id: org }, ADDRESSES.discord);
  const type = await givenType();
  const sent = async () => {
    const body = { type, recipients: { connections: [connection] }, data: {}, send_at: soon };
    const { status } = await h.request("POST", "/api/v1/events", { as, body });
    expect(status).toBe(202);
  };
  const soon = new Date(h.clock.now() + 60_000).toISOString();
  await sent();
  await sent();
  const [first = "", second = ""] = (await messagesOf(type)).map(({ id }) => printId("dsp", String(id)));
  await h.request("DELETE", `/api/v1/chat-connections/${connection}`, { as });

  const explained = await h.request("POST", "/api/v1/explain", { as, body: { dispatch: first } });
  expect(explained.status, JSON.stringify(explained.body)).toBe(200);
  const [channel] = explained.body.channels;
  expect(channel.rules).toContainEqual(
    expect.objectContaining({ code: "connection_gone", message: "Its chat connection was deleted" }),
  );
  const cancelled = await h.request("DELETE", `/api/v1/admin/notifications/${second}`, { as });
  expect(cancelled.status, JSON.stringify(cancelled.body)).toBe(200);
  h.clock.advance(120_000);
  await live(h, 4);
  expect(await messagesOf(type)).toMatchObject([
    { status: "failed", error_code: "connection_gone" },
    { status: "cancelled", error_code: null },
  ]);
  expect(chats.posted).toEqual([]);
});
