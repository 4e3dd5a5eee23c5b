import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { aPush, givenUser } from "../../support/world.ts";

const OUTBOX = "/dev/outbox";
const LOCAL = { ENVIRONMENT: "development", PUSH_PROVIDERS: "log", EMAIL_PROVIDERS: "log" };

beforeEach(async () => {
  await env.DB.exec("DELETE FROM dev_outbox");
  await env.DB.exec("DELETE FROM dispatches WHERE channel = 'in_app'");
});

const local = () => createHarness({ vars: LOCAL });
const outbox = async (h: Harness, query = "") => (await h.request("GET", `${OUTBOX}${query}`)).body;

/** Someone who gets a welcome mail. */
async function givenMail(h: Harness): Promise<{ id: string; email: string }> {
  const id = mint("usr");
  const email = `${id}@example.com`;
  const body = { name: "Kari Nordmann", email, email_verified: true };
  expect((await h.request("PUT", `/api/v1/directory/users/${id}`, { body })).status).toBe(201);
  await h.drain();
  return { id, email };
}

async function givenPush(h: Harness, channel: "push" | "in_app" = "push") {
  const user = await givenUser(h);
  const body = aPush(user.id, { data: { run: 1 }, ...(channel === "in_app" && { channels: [channel] }) });
  const { body: sent, status } = await h.request("POST", "/api/v1/notifications", { body });
  expect([status, sent.status]).toEqual([201, "sent"]);
  return { ...user, sent };
}

describe("the outbox", () => {
  test("has a mail as a provider would have got it, with its links", async () => {
    const h = local();
    const { id, email } = await givenMail(h);
    const { data } = await outbox(h);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      channel: "email",
      type: "welcome",
      user_id: id,
      to: email,
      to_name: "Kari Nordmann",
      from: { address: "notifications@tidings.example" },
      subject: expect.stringMatching(/\w/),
      html: expect.stringContaining("<html"),
      text: expect.stringMatching(/\w/),
      headers: { "Auto-Submitted": "auto-generated" },
      links: expect.arrayContaining([expect.stringContaining("http")]),
    });
    const log = await h.request("GET", `/api/v1/admin/notifications/${data[0].dispatch_id}`);
    expect(log).toMatchObject({ status: 200 });
  });

  test("has a push for each device", async () => {
    const h = local();
    const { id, tokens } = await givenPush(h);
    expect((await outbox(h)).data).toEqual([
      {
        id: expect.any(String),
        at: new Date(h.clock.now()).toISOString(),
        channel: "push",
        type: "push",
        user_id: id,
        dispatch_id: expect.stringMatching(/^dsp_/),
        to: tokens[0],
        title: "Time to log your run!",
        body: "Three days.",
        data: { run: 1 },
        options: {},
        collapse_id: expect.any(String),
        expires_at: expect.stringMatching(/Z$/),
        links: [],
      },
    ]);
  });

  test("has in-app messages at the time of their delivery", async () => {
    const h = local();
    const { id } = await givenUser(h);
    const at = h.clock.now() + 3_600_000;
    const body = aPush(id, { channels: ["in_app"], send_at: new Date(at).toISOString() });
    await h.request("POST", "/api/v1/notifications", { body });
    h.clock.advance(60_000);
    const mail = await givenMail(h);
    h.clock.set(at);
    await h.tick();
    await h.drain();
    const { data } = await outbox(h);
    expect(data.map((one: { channel: string; user_id: string }) => [one.channel, one.user_id])).toEqual([
      ["in_app", id],
      ["email", mail.id],
    ]);
    expect(data[0]).toMatchObject({
      to: null,
      title: "Time to log your run!",
      at: new Date(at).toISOString(),
    });
  });

  test("shows what a filter asks for, newest first, page by page", async () => {
    const h = local();
    const mail = await givenMail(h);
    h.clock.advance(1_000);
    const since = new Date(h.clock.now()).toISOString();
    const push = await givenPush(h);
    h.clock.advance(1_000);
    const inApp = await givenPush(h, "in_app");
    const found = async (query: string) =>
      (await outbox(h, query)).data.map((one: { user_id: string }) => one.user_id);
    expect(await found("")).toEqual([inApp.id, push.id, mail.id]);
    expect(await found(`?to=${mail.email.toUpperCase()}`)).toEqual([mail.id]);
    expect(await found(`?to=${encodeURIComponent(push.tokens[0] ?? "")}`)).toEqual([push.id]);
    expect(await found(`?user_id=${inApp.id}`)).toEqual([inApp.id]);
    expect(await found("?channel=push")).toEqual([push.id]);
    expect(await found("?type=welcome")).toEqual([mail.id]);
    expect(await found(`?since=${since}`)).toEqual([inApp.id, push.id]);
    const paged: string[] = [];
    let cursor = "";
    for (let page = 0; page < 3; page++) {
      const { data, next_cursor: next } = await outbox(h, `?limit=1${cursor}`);
      paged.push(...data.map((one: { user_id: string }) => one.user_id));
      expect(next === undefined).toBe(page === 2);
      cursor = `&cursor=${next}`;
    }
    expect(paged).toEqual([inApp.id, push.id, mail.id]);
  });

  test("names a filter that it does not have", async () => {
    expect(await outbox(local(), "?too=kari@example.com&channel=fax&since=now&cursor=!")).toMatchObject({
      status: 400,
      errors: expect.arrayContaining(
        ["too", "channel", "since", "cursor"].map((pointer) => expect.objectContaining({ pointer })),
      ),
    });
    expect(await outbox(local(), "?cursor=abc")).toMatchObject({ errors: [{ pointer: "cursor" }] });
  });

  test("is empty once it is emptied, of in-app messages too, and takes what comes then", async () => {
    const h = local();
    await givenMail(h);
    await givenPush(h, "in_app");
    h.clock.advance(1_000);
    expect((await h.request("DELETE", OUTBOX)).status).toBe(204);
    expect(await outbox(h)).toEqual({ data: [] });
    h.clock.advance(1_000);
    const inApp = await givenPush(h, "in_app");
    const mail = await givenMail(h);
    const users = (await outbox(h)).data.map((one: { user_id: string }) => one.user_id);
    expect(users.toSorted()).toEqual([inApp.id, mail.id].toSorted());
  });

  test("forgets a user who is erased", async () => {
    const h = local();
    const { id } = await givenMail(h);
    expect((await h.request("DELETE", `/api/v1/directory/users/${id}`)).status).toBe(200);
    expect(await outbox(h)).toEqual({ data: [] });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM dev_outbox").first()).toEqual({ n: 0 });
  });

  test("reads and empties in one round trip", async () => {
    const h = local();
    await givenMail(h);
    for (const method of ["GET", "DELETE"]) {
      h.meter.reset();
      await h.request(method, OUTBOX);
      expect([method, h.meter.trips]).toEqual([method, 1]);
    }
  });

  test("sends a browser to its page", async () => {
    const h = local();
    const headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
    const { status, headers: answered } = await h.request("GET", OUTBOX, { as: null, headers });
    expect([status, answered.get("location")]).toEqual([302, "/console/outbox"]);
  });
});

test("real providers put nothing into it", async () => {
  const h = createHarness({ vars: { ENVIRONMENT: "development" } });
  await givenMail(h);
  await givenPush(h);
  expect(await outbox(h)).toEqual({ data: [] });
});
