import { describe, expect, test } from "vitest";
import type { WordingChannel } from "../../src/db/schema/index.ts";
import { MINUTE } from "../../src/lib/clock.ts";
import type { WordingFields } from "../../src/wordings/fields.ts";
import { putWording } from "../../src/wordings/write.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { live } from "../support/pipeline.ts";
import { givenOrg } from "../support/world.ts";
import { givenType, messagesOf } from "./world.ts";

const EVENTS = "/api/v1/events";
const createWorld = () => createHarness({ vars: { EMAIL_PROVIDERS: "resend" }, autoDrain: false });

/** Publishes words of a type. */
const givenWords = (
  h: Harness,
  type: string,
  channel: WordingChannel,
  fields: WordingFields,
  { locale = "en", org = "" } = {},
) =>
  putWording(
    h.ctx,
    { actor: "service:test", requestId: "r" },
    { kind: "all" },
    { type, channel, locale, org_id: org },
    fields,
    true,
  );

/** A user with a device, a verified address, a language and an organization. */
async function givenPerson(
  h: Harness,
  { locale = "de-AT", org = null as string | null } = {},
): Promise<string> {
  const id = mint("usr");
  const db = h.deps.bindings.DB;
  await db.batch([
    db
      .prepare(
        "INSERT INTO users (id, org_id, name, email, email_verified, locale, timezone, created_at, updated_at) VALUES (?1, ?2, 'Ada', ?1 || '@example.com', 1, ?3, 'Europe/Vienna', 0, 0)",
      )
      .bind(id, org, locale),
    db
      .prepare(
        "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES ('ExponentPushToken[' || ?1 || ']', ?1, 'expo', 'ios', 0)",
      )
      .bind(id),
  ]);
  return id;
}

const send = async (h: Harness, type: string, user: string, more: object = {}) => {
  const answer = await h.request("POST", EVENTS, {
    body: {
      type,
      recipients: { users: [user] },
      data: { order: "A-1", total: 1234.5, url: "https://shop.example/o?id=1" },
      ...more,
    },
  });
  expect(answer.status).toBe(202);
  return answer.body;
};

const inboxOf = async (h: Harness, user: string) =>
  (await h.request("GET", "/api/v1/inbox", { as: { role: "user", sub: user } })).body.data;

const statusesOf = async (h: Harness, type: string) =>
  (await messagesOf(h, type)).map(({ channel, status }) => `${channel} ${status}`).toSorted();

const errorOf = async (h: Harness, type: string, channel: string): Promise<string | null> => {
  const row = await h.deps.bindings.DB.prepare(
    "SELECT error_code FROM dispatches WHERE type = ? AND channel = ?",
  )
    .bind(type, channel)
    .first<{ error_code: string | null }>();
  return row?.error_code ?? null;
};

describe("an event's messages", () => {
  test("are said in the reader's language, on each channel in its own words", async () => {
    const h = createWorld();
    const type = await givenType(h, {
      channels: [{ channel: "push" }, { channel: "in_app" }, { channel: "email" }],
    });
    const org = await givenOrg(h);
    await h.deps.bindings.DB.prepare("INSERT INTO org_settings (org_id, brand, updated_at) VALUES (?, ?, 0)")
      .bind(org, JSON.stringify({ name: "Laden", sender_name: "Laden", reply_to: "hilfe@laden.example" }))
      .run();
    const user = await givenPerson(h, { org });
    await givenWords(h, type, "push", { title: "Sent", body: "It is on its way" });
    await givenWords(
      h,
      type,
      "push",
      { title: "Bestellung {{ data.order }}", body: "{{ data.total | number: 'EUR' }}, {{ user.name }}" },
      { locale: "de" },
    );
    await givenWords(h, type, "in_app", {
      title: "{{ data.order }}",
      body: "Hier",
      action_url: "{{ data.url }}",
    });
    await givenWords(
      h,
      type,
      "email",
      {
        subject: "{{ brand.name }}: {{ data.order }}",
        body: "# Hallo {{ user.name }}\n\nIhre **Bestellung** {{ data.order }}.",
      },
      { locale: "de", org },
    );
    const event = await send(h, type, user, { actor: user });
    await h.drain();
    expect(h.expo.accepted).toHaveLength(1);
    expect(h.expo.accepted[0]).toMatchObject({
      title: "Bestellung A-1",
      data: { type, event_id: event.id, data: { order: "A-1" } },
    });
    expect(h.expo.accepted[0]?.body).toMatch(/^€\s1\.234,50, Ada$|^€\s1\s234,50, Ada$/u);
    const [message] = await inboxOf(h, user);
    expect(message).toMatchObject({
      type,
      title: "A-1",
      body: "Hier",
      data: { event_id: event.id, action_url: "https://shop.example/o?id=1" },
    });
    expect(h.resend.accepted).toHaveLength(1);
    expect(h.resend.accepted[0]).toMatchObject({ subject: "Laden: A-1", replyTo: "hilfe@laden.example" });
    expect(h.resend.accepted[0]?.from).toContain("Laden");
    expect(h.resend.accepted[0]?.html).toContain("<strong>Bestellung</strong>");
    expect(h.resend.accepted[0]?.text).toContain("Ihre Bestellung A-1.");
    expect(await statusesOf(h, type)).toEqual(["email sent", "in_app delivered", "push sent"]);
    const { body } = await h.request("GET", `${EVENTS}/${event.id}`);
    expect(body.counts).toEqual({ push: { sent: 1 }, in_app: { delivered: 1 }, email: { sent: 1 } });
  });

  test("have a link that switches their category off, without a login", async () => {
    const h = createWorld();
    const type = await givenType(h, { category: "order_updates", channels: [{ channel: "email" }] });
    const user = await givenPerson(h, { locale: "en" });
    await givenWords(h, type, "email", { subject: "S", body: "B" });
    await send(h, type, user);
    await h.drain();
    const [mail] = h.resend.accepted;
    const link = /<(https?:[^>]+)>/u.exec(mail?.headers["List-Unsubscribe"] ?? "")?.[1] ?? "";
    expect(mail?.text).toContain(link);
    const path = new URL(link).pathname;
    const shown = await h.request("GET", path, { as: null });
    expect(shown.body).toContain("Order updates");
    const pressed = await h.request("POST", path, {
      as: null,
      body: "List-Unsubscribe=One-Click",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(pressed.status).toBe(200);
    expect((await send(h, type, user)).skipped).toEqual({ email: { unsubscribed: 1 } });
  });

  test("name who caused them, but nobody whom the sender may not see", async () => {
    const h = createWorld();
    const [org, other] = [await givenOrg(h), await givenOrg(h)];
    const type = await givenType(h, { channels: [{ channel: "push" }] });
    const [user, stranger] = [await givenPerson(h, { org }), await givenPerson(h, { org: other })];
    await givenWords(h, type, "push", { title: "T", body: "By {{ actor.name | default: 'somebody' }}" });
    const as = { role: "org_admin", sub: "adm", org } as const;
    for (const actor of [user, stranger]) {
      const body = { type, recipients: { users: [user] }, data: {}, actor };
      expect((await h.request("POST", EVENTS, { as, body })).status).toBe(202);
      await h.drain();
    }
    expect(h.expo.accepted.map(({ body }) => body)).toEqual(["By Ada", "By somebody"]);
  });

  test("are not made where nobody has written words", async () => {
    const h = createWorld();
    const channels = [
      { channel: "push" as const },
      { channel: "in_app" as const },
      { channel: "email" as const },
    ];
    const type = await givenType(h, { channels }, ["in_app"]);
    const user = await givenPerson(h);
    for (const dry_run of [true, false])
      expect(await send(h, type, user, { dry_run })).toMatchObject({
        message_count: 1,
        skipped: { push: { no_words: 1 }, email: { no_words: 1 } },
      });
  });

  test("fail, and say so, where only others have words", async () => {
    const h = createWorld();
    const channels = [
      { channel: "push" as const },
      { channel: "in_app" as const },
      { channel: "email" as const },
    ];
    const type = await givenType(h, { channels }, []);
    const org = await givenOrg(h);
    const user = await givenPerson(h);
    await givenWords(h, type, "push", { title: "T", body: "B" }, { org });
    await givenWords(h, type, "in_app", { title: "T", body: "B" }, { org });
    await givenWords(h, type, "email", { subject: "S", body: "B" }, { org });
    await send(h, type, user);
    await h.drain();
    expect(await statusesOf(h, type)).toEqual(["email failed", "in_app failed", "push failed"]);
    for (const channel of ["push", "in_app", "email"])
      expect(await errorOf(h, type, channel)).toBe("no_words");
  });

  test("fail where their words cannot be rendered with the data, and others do not", async () => {
    const h = createWorld();
    const type = await givenType(h, { channels: [{ channel: "in_app" }, { channel: "push" }] });
    const user = await givenPerson(h);
    await givenWords(h, type, "in_app", { title: "T", body: "{{ data.at | date: data.style }}" });
    await givenWords(h, type, "push", { title: "T", body: "B" });
    await send(h, type, user, { data: { at: 0, style: "no such style" } });
    await h.drain();
    expect(await statusesOf(h, type)).toEqual(["in_app failed", "push sent"]);
    expect(await errorOf(h, type, "in_app")).toBe("words_failed");
  });

  test("cost no further round trip for words that the isolate has", async () => {
    const h = createWorld();
    const type = await givenType(h, { channels: [{ channel: "push" }] });
    const user = await givenPerson(h);
    await givenWords(h, type, "push", { title: "T", body: "{{ data.order }}" });
    const trips: number[] = [];
    for (const order of ["A", "B"]) {
      await send(h, type, user, { data: { order } });
      h.meter.reset();
      await h.drain();
      trips.push(h.meter.trips);
    }
    // Claim and settle; the first time the words as well.
    expect(trips).toEqual([3, 2]);
  });

  test("are not sent to a user who has switched them off since", async () => {
    const h = createWorld();
    const type = await givenType(h, {
      channels: [{ channel: "push" }, { channel: "in_app" }, { channel: "email" }],
    });
    const user = await givenPerson(h);
    for (const channel of ["push", "in_app"] as const)
      await givenWords(h, type, channel, { title: "T", body: "B" });
    await send(h, type, user);
    await h.request("PATCH", "/api/v1/preferences", {
      as: { role: "user", sub: user },
      body: { categories: { orders: { push: false, in_app: false, email: false } } },
    });
    await h.drain();
    expect(await statusesOf(h, type)).toEqual(["email cancelled", "in_app cancelled", "push cancelled"]);
    const event = await send(h, type, user);
    expect(event).toMatchObject({
      message_count: 0,
      skipped: { push: { unsubscribed: 1 }, in_app: { unsubscribed: 1 }, email: { unsubscribed: 1 } },
    });
  });
});

describe("a step that waits", () => {
  const steps = { channels: [{ channel: "in_app" as const }, { channel: "email" as const, wait: 600 }] };
  async function given(h: Harness) {
    const type = await givenType(h, steps);
    const user = await givenPerson(h);
    await givenWords(h, type, "in_app", { title: "T", body: "B" });
    await givenWords(h, type, "email", { subject: "S", body: "B" });
    await send(h, type, user);
    await h.drain();
    expect(h.resend.accepted).toHaveLength(0);
    return { type, user };
  }

  test("is sent when the message before it has not been read", async () => {
    const h = createWorld();
    const { type } = await given(h);
    await live(h, 9);
    expect(h.resend.accepted).toHaveLength(0);
    await live(h, 3);
    expect(h.resend.accepted).toHaveLength(1);
    expect(await statusesOf(h, type)).toEqual(["email sent", "in_app delivered"]);
  });

  test("is cancelled when it has been read", async () => {
    const h = createWorld();
    const { type, user } = await given(h);
    const [message] = await inboxOf(h, user);
    await h.request("POST", `/api/v1/inbox/${message.id}/read`, { as: { role: "user", sub: user } });
    await live(h, 12);
    expect(h.resend.accepted).toHaveLength(0);
    expect(await statusesOf(h, type)).toEqual(["email cancelled", "in_app delivered"]);
    expect(await errorOf(h, type, "email")).toBe("reached_before");
  });

  test("waits while the message before it is still under way, and follows when it has failed", async () => {
    const h = createWorld();
    const type = await givenType(h, { channels: [{ channel: "push" }, { channel: "email", wait: 60 }] });
    const user = await givenPerson(h);
    await givenWords(h, type, "push", { title: "T", body: "B" });
    await givenWords(h, type, "email", { subject: "S", body: "B" });
    h.expo.failNext({ kind: "html", status: 503 }, 1_000);
    await send(h, type, user);
    await live(h, 5);
    expect(h.resend.accepted).toHaveLength(0);
    expect(await errorOf(h, type, "email")).toBe("earlier_open");
    await h.deps.bindings.DB.prepare(
      "UPDATE dispatches SET status = 'failed', wake_at = NULL WHERE type = ? AND channel = 'push'",
    )
      .bind(type)
      .run();
    // It is looked at again a minute after the push would have been tried again.
    await live(h, 20);
    expect(h.resend.accepted).toHaveLength(1);
  });
});

test("messages that were collected become one, which counts and lists them", async () => {
  const h = createWorld();
  const type = await givenType(h, { channels: [{ channel: "push" }], batch: { window: 600, key: null } });
  const user = await givenPerson(h, { locale: "en" });
  await givenWords(h, type, "push", {
    title: "{{ count | plural: one: '# order', other: '# orders' }}",
    body: "{% for item in items %}{{ item.order }} {% endfor %}",
  });
  for (const order of ["A", "B", "C"]) await send(h, type, user, { data: { order } });
  await h.drain();
  expect(h.expo.accepted).toHaveLength(0);
  h.clock.advance(10 * MINUTE);
  await live(h, 2);
  expect(h.expo.accepted).toMatchObject([{ title: "3 orders", body: "A B C" }]);
});
