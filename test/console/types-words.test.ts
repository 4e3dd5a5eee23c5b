import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { WORDING_CHANNELS, type WordingChannel } from "../../src/db/schema/index.ts";
import { emptyTables } from "../support/pipeline.ts";
import { mint } from "../support/harness.ts";
import { givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";
import { A_TYPE, faultAt, givenTypes, valueOf } from "./types-world.ts";

const TYPE = "/console/types/order_shipped";
const EMAIL = `${TYPE}/words/email/en`;
const WORDS = {
  subject: "Order {{ data.order }}",
  preheader: "",
  body: "# Sent\n\nHello {{ user.name | default: 'you' }}",
};
const SAMPLES: Readonly<Record<WordingChannel, Readonly<Record<string, string>>>> = {
  push: { title: "Order {{ data.order }}", body: "{{ data.items }} things" },
  in_app: { title: "Order {{ data.order }}", body: "Here", action_url: "{{ data.url }}" },
  email: WORDS,
  sms: { text: "Order {{ data.order }} is sent" },
  chat: {
    title: "Order {{ data.order }}",
    body: "**Here**",
    action_label: "Track it",
    action_url: "{{ data.url }}",
  },
};

beforeEach(async () => {
  await emptyTables();
  const tables = ["own_types", "wordings", "wording_versions", "events"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("the editor", () => {
  test.each(WORDING_CHANNELS)("writes, previews and publishes words for %s", async (channel) => {
    const chat = { channel_3: "chat", wait_3: "", wait_3_unit: "minutes" };
    const { admin, h, as } = await givenTypes(channel === "chat" ? { ...A_TYPE, ...chat } : A_TYPE);
    const path = `${TYPE}/words/${channel}/en`;
    h.meter.reset();
    const empty = await admin.get(path);
    expect([empty.status, h.meter.trips]).toEqual([200, 2]);
    expect(textOf(empty.body)).toContain("nobody has written these words");
    const drawn = textOf((await admin.post(`${path}/preview`, SAMPLES[channel])).body);
    expect(drawn).toContain("What stands in the fields.");
    expect(drawn).toContain("Order A-1042");
    h.meter.reset();
    const saved = await admin.post(path, { ...SAMPLES[channel], action: "publish" });
    expect([saved.headers.get("location"), h.meter.trips]).toEqual([`${path}?done=published`, 2]);
    h.meter.reset();
    const page = await admin.get(path);
    expect(h.meter.trips).toBe(2);
    expect(textOf(page.body)).toContain("version 1 in use");
    expect(textOf(page.body)).toContain("Order A-1042");
    for (const [name, text] of Object.entries(SAMPLES[channel])) expect(valueOf(page.body, name)).toBe(text);
    const { body } = await h.request("GET", `/api/v1/wordings/order_shipped/${channel}/en`, { as });
    const { preheader: _, ...fields } = SAMPLES[channel];
    expect([body.published, body.fields]).toEqual([1, fields]);
    expect(String(page.body).length).toBeLessThan(60_000);
  });

  test("stores lines as the API does, whatever a browser ends them with", async () => {
    const { admin, h, as } = await givenTypes();
    await admin.post(EMAIL, { ...WORDS, body: "One\r\n\r\nTwo", action: "publish" });
    const { body } = await h.request("GET", "/api/v1/wordings/order_shipped/email/en", { as });
    expect(body.fields.body).toBe("One\n\nTwo");
  });

  test("keeps a draft beside what is in use", async () => {
    const { admin } = await givenTypes();
    await admin.post(EMAIL, { ...WORDS, action: "publish" });
    const draft = await admin.post(EMAIL, { ...WORDS, subject: "Later", action: "draft" });
    expect(draft.headers.get("location")).toBe(`${EMAIL}?done=saved`);
    const { body } = await admin.get(EMAIL);
    expect(textOf(body)).toContain("version 1 in use draft 2");
    expect(valueOf(body, "subject")).toBe("Later");
  });

  test.each([
    [
      "a tag that is not closed",
      "body",
      "One\n{% if data.items %}",
      "line 2, column 1: tag {% if data.items %} not closed",
    ],
    ["an unknown filter", "subject", "{{ data.order | shout }}", "line 1, column 1: undefined filter: shout"],
    ["nothing", "subject", " ", "must not be empty"],
    ["too much", "subject", "x".repeat(1_001), "must have at most 1000 characters"],
  ])(
    "refuses %s at the field %s, keeps what was typed, and tells while one types",
    async (_, field, text, why) => {
      const { admin, h } = await givenTypes();
      const typed = { ...WORDS, [field]: text };
      h.meter.reset();
      const { status, body } = await admin.post(EMAIL, { ...typed, action: "publish" });
      expect([status, h.meter.trips]).toEqual([400, 2]);
      expect(faultAt(body, field)).toContain(why);
      expect(body).toMatch(new RegExp(`name="${field}"[^>]* aria-invalid="true"`, "u"));
      expect(valueOf(body, field)).toBe(text);
      const live = await admin.post(`${EMAIL}/preview`, typed);
      expect([live.status, faultAt(live.body, field)?.includes(why)]).toEqual([200, true]);
      expect(live.body).toContain(`id="f-${field}-about" hx-swap-oob="true"`);
      expect(live.body).not.toContain("<iframe");
    },
  );

  test("warns of variables that the type does not have", async () => {
    const { admin } = await givenTypes();
    const typed = { ...WORDS, body: "Hello\n{{ data.nothing }}" };
    const why = "body: line 2, column 4: There is no variable data.nothing";
    expect(textOf((await admin.post(`${EMAIL}/preview`, typed)).body)).toContain(why);
    await admin.post(EMAIL, { ...typed, action: "publish" });
    expect(textOf((await admin.get(EMAIL)).body)).toContain(why);
  });

  test("works without a script: a button shows the page again with its preview", async () => {
    const { admin, h } = await givenTypes();
    h.meter.reset();
    const { status, body } = await admin.post(`${TYPE}/words/push/en`, {
      ...SAMPLES.push,
      data: '{"order":"B-7","items":1}',
      action: "preview",
    });
    expect([status, h.meter.trips]).toEqual([200, 2]);
    expect(textOf(body)).toContain("Order B-7 1 things");
    const nobody = await admin.post(`${TYPE}/words/push/en`, {
      ...SAMPLES.push,
      user_id: "x",
      action: "preview",
    });
    expect(textOf(nobody.body)).toContain("There is no such user.");
    expect(valueOf(body, "data")).toContain("B-7");
  });

  test("has no words on a channel that the type does not have, and none in a language that is none", async () => {
    const { admin } = await givenTypes();
    expect((await admin.get(`${TYPE}/words/fax/en`)).status).toBe(400);
    expect((await admin.get(`${TYPE}/words/email/1x`)).status).toBe(400);
    expect((await admin.get("/console/types/push/words/push/en")).status).toBe(404);
    expect((await admin.get("/console/types/nothing/words/push/en")).status).toBe(404);
  });
});

describe("the preview", () => {
  test("has a reader's name, language and time zone", async () => {
    const { admin, h, org } = await givenTypes();
    const { id } = await givenUser(h, { org, email: `${mint("a")}@example.com` });
    await env.DB.prepare("UPDATE users SET locale = 'nb-NO', timezone = 'Asia/Tokyo' WHERE id = ?")
      .bind(id)
      .run();
    const typed = { text: "{{ user.name }} {{ '2026-03-26T23:30:00Z' | date: 'short' }}" };
    h.meter.reset();
    const { body } = await admin.post(`${TYPE}/words/sms/nb/preview`, { ...typed, user_id: id });
    expect(h.meter.trips).toBe(2);
    expect(textOf(body)).toContain("Kari Nordmann 27.");
    const stranger = await admin.post(`${TYPE}/words/sms/nb/preview`, { ...typed, user_id: "somebody" });
    expect(textOf(stranger.body)).toContain("There is no such user.");
  });

  test.each([
    ["{", "data: is not JSON"],
    ["[]", "data: must be an object"],
    ["{}", "data/order: is required"],
  ])("tells what is wrong with the data %s", async (data, why) => {
    const { admin } = await givenTypes();
    const { status, body } = await admin.post(`${EMAIL}/preview`, { ...WORDS, data });
    expect(status).toBe(200);
    expect(textOf(body)).toContain(why);
  });

  test("of empty fields is what is inherited, in three round trips at most", async () => {
    const { admin, h, org, below } = await givenTypes();
    await admin.post(EMAIL, { ...WORDS, action: "publish" });
    for (const send of [
      () => admin.get(`${EMAIL}?org_id=${below}`),
      () => admin.post(`${EMAIL}/preview?org_id=${below}`, { subject: "", body: "" }),
    ]) {
      h.meter.reset();
      const { body } = await send();
      expect(h.meter.trips).toBeLessThanOrEqual(3);
      expect(textOf(body)).toContain(`Inherited from ${org}, version 1.`);
      expect(textOf(body)).toContain("Order A-1042");
    }
    const builtIn = await admin.get("/console/types/welcome/words/email/de");
    expect(textOf(builtIn.body)).toContain("The built-in words.");
    expect(textOf(builtIn.body)).toContain("Willkommen");
  });

  test("draws a mail in a sandboxed frame, light or dark, with the organization's brand", async () => {
    const { admin, h } = await givenTypes();
    await admin.post("/console/brand", { name: "Ada's shop", colour: "#7a1f5c" });
    const page = await admin.get(EMAIL);
    await admin.post(EMAIL, { ...WORDS, action: "publish" });
    expect((await admin.get(EMAIL)).body).toContain('sandbox="allow-popups" data-filled-by="fill-mail"');
    expect(page.body).toContain(`formaction="${EMAIL}/frame" formtarget="mail"`);
    for (const [scheme, shown] of [
      ["light", "@media not all{"],
      ["dark", "@media all{"],
    ] as const) {
      h.meter.reset();
      const { headers, body } = await admin.post(`${EMAIL}/frame`, { ...WORDS, scheme });
      expect(h.meter.trips).toBe(2);
      expect(headers.get("content-security-policy")).toMatch(
        /^sandbox allow-popups; default-src 'none'.*frame-ancestors 'self'$/u,
      );
      expect(body).toContain(shown);
      expect(body).toContain(`<meta name="color-scheme" content="${scheme}">`);
      expect(body).toContain("Ada&#39;s shop");
      expect(body).toContain("#7a1f5c");
      expect(body).toContain('<base target="_blank">');
    }
  });
});

describe("versions", () => {
  test("are listed with who wrote them, are compared, rolled back, and taken out of use", async () => {
    const { admin, h, as } = await givenTypes();
    for (const subject of ["First", "Second", "Third"]) {
      await admin.post(EMAIL, { ...WORDS, subject, action: "publish" });
      h.clock.advance(60_000);
    }
    const { body } = await admin.get(EMAIL);
    expect(textOf(body)).toMatch(/3 in use 26 Mar 2026, 08:02:00 org_admin:adm_\w+ to version 2/u);
    expect(textOf(body)).toContain("Roll back to version 1?");
    h.meter.reset();
    const diff = await admin.get(`${EMAIL}/diff?from=1&to=3`);
    expect([diff.status, h.meter.trips]).toEqual([200, 1]);
    expect(diff.body).toContain("<del>− First</del><ins>+ Third</ins>");
    expect(textOf(diff.body)).not.toContain("preheader");
    const rolled = await admin.post(`${EMAIL}/publish`, { version: "1" });
    expect(rolled.headers.get("location")).toBe(`${EMAIL}?done=published`);
    const now = () => h.request("GET", "/api/v1/wordings/order_shipped/email/en", { as });
    expect((await now()).body).toMatchObject({ published: 1, latest: 3 });
    const gone = await admin.post(`${EMAIL}/unpublish`);
    expect(gone.headers.get("location")).toBe(`${EMAIL}?done=unpublished`);
    expect((await now()).body.published).toBeNull();
    expect(textOf((await admin.get(EMAIL)).body)).not.toContain("Take out of use");
  });

  test("of many are shown in pages", async () => {
    const { admin } = await givenTypes();
    for (let i = 0; i < 23; i++) await admin.post(EMAIL, { ...WORDS, subject: `S${i}`, action: "publish" });
    const first = await admin.get(EMAIL);
    expect(first.body).toContain(`${EMAIL}?before=4" rel="next"`);
    expect(String(first.body).length).toBeLessThan(60_000);
    const second = textOf((await admin.get(`${EMAIL}?before=4`)).body);
    expect(second).toContain("Roll back to version 3?");
    expect(second).not.toContain("Roll back to version 4?");
  });

  test.each([
    ["publish", { version: "9" }, 404],
    ["publish", { version: "one" }, 400],
    ["publish", {}, 400],
  ] as const)("%s of %o is refused", async (action, fields, status) => {
    const { admin } = await givenTypes();
    await admin.post(EMAIL, { ...WORDS, action: "publish" });
    expect((await admin.post(`${EMAIL}/${action}`, fields)).status).toBe(status);
  });

  test("that are not there are not compared", async () => {
    const { admin } = await givenTypes();
    await admin.post(EMAIL, { ...WORDS, action: "publish" });
    expect((await admin.get(`${EMAIL}/diff?from=1&to=2`)).status).toBe(404);
    expect((await admin.get(`${EMAIL}/diff?from=a&to=2`)).status).toBe(400);
    expect((await admin.get(`${EMAIL}/diff`)).status).toBe(400);
    const same = await admin.get(`${EMAIL}/diff?from=1&to=1`);
    expect(textOf(same.body)).toContain("They say the same");
  });
});

describe("a test", () => {
  const dispatches = async (userId: string) =>
    (
      await env.DB.prepare("SELECT type, channel, status FROM dispatches WHERE user_id = ?")
        .bind(userId)
        .all()
    ).results;

  test("of an own type is an event to one user on this channel, and is sent once for two clicks", async () => {
    const { admin, h, org } = await givenTypes();
    const { id } = await givenUser(h, { org });
    const path = `${TYPE}/words/push/en`;
    await admin.post(path, { ...SAMPLES.push, action: "publish" });
    const page = await admin.get(path);
    const once = /name="once" value="([^"]+)"/u.exec(String(page.body))?.[1] ?? "";
    expect(once).not.toBe("");
    const fields = { test_user_id: id, test_data: '{"order":"T-1"}', once };
    h.meter.reset();
    const sent = await admin.post(`${path}/test`, fields);
    expect([sent.status, h.meter.trips]).toEqual([303, 3]);
    expect(sent.headers.get("location")).toMatch(/^\/console\/events\/evt_\w+\?done=tested$/u);
    const again = await admin.post(`${path}/test`, fields);
    expect(again.headers.get("location")).toBe(sent.headers.get("location"));
    await h.drain();
    expect(await dispatches(id)).toEqual([{ type: "order_shipped", channel: "push", status: "sent" }]);
    expect(JSON.stringify(h.expo.accepted)).toContain("Order T-1");
  });

  const WELCOME = "/console/types/welcome/words/email/en";

  /** The text of the last message of a user, as the provider got it or the inbox has it. */
  const lastOf = (userId: string) =>
    env.DB.prepare(
      "SELECT type, channel, status, title, body FROM dispatches WHERE user_id = ? ORDER BY id DESC",
    )
      .bind(userId)
      .first();

  test.each([
    ["push", { title: "Draft {{ data.order }}", body: "For {{ user.name }}" }, "sent"],
    ["in_app", { title: "Draft {{ data.order }}", body: "For {{ user.name }}", action_url: "" }, "delivered"],
    ["email", { subject: "Draft {{ data.order }}", preheader: "", body: "For {{ user.name }}" }, "sent"],
  ] as const)(
    "to oneself says what stands in the fields, before it is saved: by %s",
    async (channel, typed, status) => {
      const { admin, h, org, as } = await givenTypes();
      await givenUser(h, { id: as.sub ?? "", org, email: `${mint("u")}@example.com` });
      const path = `${TYPE}/words/${channel}/en`;
      await admin.post(path, { ...SAMPLES[channel], action: "publish" });
      const page = await admin.get(path);
      expect(textOf(page.body)).toContain("Send yourself a test");
      expect(page.body).toContain(`form="words" formaction="${path}/test-me" formnovalidate`);
      const once = /name="once" value="([^"]+)" form="words"/u.exec(String(page.body))?.[1] ?? "";
      const fields = { ...typed, once, data: '{"order":"T-9"}' };
      h.meter.reset();
      const sent = await admin.post(`${path}/test-me`, fields);
      expect(sent.status).toBe(200);
      expect(h.meter.trips).toBeLessThanOrEqual(11);
      expect(textOf(sent.body)).toMatch(/The test is sent to you by (?:Push|In-app|E-mail)\./u);
      expect(await lastOf(as.sub ?? "")).toMatchObject({ type: "test", channel, status, title: "Draft T-9" });
      // What was typed stands there still, and is not saved.
      expect(valueOf(sent.body, Object.keys(typed)[0] ?? "")).toBe("Draft {{ data.order }}");
      expect(textOf((await admin.get(path)).body)).not.toContain("Draft {{");
      const message = /href="(\/console\/messages\/dsp_\w+)">What became of the test/u.exec(
        String(sent.body),
      )?.[1];
      expect((await admin.get(message ?? "")).status).toBe(200);
      // A second click is not a second test; one in other words is.
      await admin.post(`${path}/test-me`, fields);
      expect(await dispatches(as.sub ?? "")).toHaveLength(1);
      await admin.post(`${path}/test-me`, { ...fields, data: '{"order":"T-10"}' });
      expect(await dispatches(as.sub ?? "")).toHaveLength(2);
    },
  );

  test("to oneself is refused at the field that is wrong, and says when there is no way to send it", async () => {
    const { admin, h, org, as } = await givenTypes();
    const id = as.sub ?? "";
    const path = `${TYPE}/words/push/en`;
    const unknown = await admin.post(`${path}/test-me`, { title: "T", body: "B" });
    expect(unknown.status).toBe(400);
    expect(textOf(unknown.body)).toContain("the directory has no user with your id");
    expect(valueOf(unknown.body, "title")).toBe("T");
    await givenUser(h, { id, org, devices: 0 });
    for (const [field, fields] of [
      ["title", { title: "{{ data.order", body: "B" }],
      ["data", { title: "T", body: "B", data: "{" }],
      ["data", { title: "T", body: "B", data: '{"order":1}' }],
    ] as const) {
      const { status, body } = await admin.post(`${path}/test-me`, fields);
      expect([status, textOf(body).includes("The test is not sent")]).toEqual([400, true]);
      expect(faultAt(body, field)).toMatch(/./u);
    }
    expect(await dispatches(id)).toEqual([]);
    const silent = await admin.post(`${path}/test-me`, { title: "T", body: "B" });
    expect(textOf(silent.body)).toContain("The test could not be sent: ");
    const service = await signIn(h, { role: "service", sub: "svc" });
    const page = await service.get(`${path}?org_id=${org}`);
    expect(textOf(page.body)).toContain("You are signed in as a service, which is no user.");
    expect(page.body).not.toContain("Send me a test");
    expect((await service.post(`${path}/test-me?org_id=${org}`, { title: "T", body: "B" })).status).toBe(400);
  });

  test("of a built-in type is in its built-in words, or in one's own, with the sample", async () => {
    const { admin, h, org, as } = await givenTypes();
    const id = as.sub ?? "";
    await givenUser(h, { id, org, email: `${mint("u")}@example.com` });
    const plain = await admin.post(`${WELCOME}/test-me`);
    expect(textOf(plain.body)).toContain("The test is sent to you by E-mail.");
    expect(await dispatches(id)).toEqual([{ type: "test", channel: "email", status: "sent" }]);
    expect(await lastOf(id)).toMatchObject({ title: "Welcome to Tidings" });
    await admin.post(`${WELCOME}/test-me`, {
      subject: "Our own welcome",
      preheader: "",
      body: "Hi {{ user.name }}",
    });
    expect(await lastOf(id)).toMatchObject({ title: "Our own welcome" });
    const { body } = await admin.get(WELCOME);
    expect(textOf(body)).toContain("Send yourself a test");
    expect(body).not.toContain("test_user_id");
  });

  test.each([
    ["nested 65 deep", `{"order":"A","x":${"[".repeat(65)}${"]".repeat(65)}}`, "nested more than 64 deep"],
    [
      "nested 20,000 deep",
      `{"order":"A","x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
      "more than 64 deep",
    ],
    ["of more than 32 KB", `{"order":"${"y".repeat(32_768)}"}`, "at most 32768 bytes as JSON"],
  ])("refuses data %s, as the API does, and so does the preview", async (_, data, why) => {
    const { admin, h, org } = await givenTypes();
    const { id } = await givenUser(h, { org });
    await admin.post(EMAIL, { ...WORDS, action: "publish" });
    const refused = await admin.post(`${EMAIL}/test`, { test_user_id: id, test_data: data });
    expect(refused.status).toBe(400);
    expect(faultAt(refused.body, "test_data")).toContain(why);
    expect(valueOf(refused.body, "test_data")).toBe(data);
    expect(valueOf(refused.body, "test_user_id")).toBe(id);
    expect(await dispatches(id)).toEqual([]);
    const { n } = (await env.DB.prepare(
      "SELECT count(*) AS n FROM events WHERE type = 'order_shipped' AND org_id = ?",
    )
      .bind(org)
      .first<{ n: number }>()) ?? { n: -1 };
    expect(n).toBe(0);
    for (const path of ["/preview", "/frame"])
      expect((await admin.post(`${EMAIL}${path}`, { ...WORDS, data })).status).toBe(200);
    expect(textOf((await admin.post(`${EMAIL}/preview`, { ...WORDS, data })).body)).toContain(why);
  });

  test.each([
    ["test_user_id", { test_user_id: "<b>", test_data: '{"order":"T-1"}' }],
    ["test_data", { test_user_id: "u", test_data: "{" }],
    ["test_data", { test_user_id: "u", test_data: "[]" }],
    ["test_data", { test_user_id: "u", test_data: "{}" }],
  ])("tells at the field %s what is wrong with %o", async (field, fields) => {
    const { admin } = await givenTypes();
    await admin.post(EMAIL, { ...WORDS, action: "publish" });
    const { status, body } = await admin.post(`${EMAIL}/test`, fields);
    expect(status).toBe(400);
    expect(faultAt(body, field)).toMatch(/./u);
    expect(textOf(body)).toContain("The test is not sent");
  });

  test("goes to nobody out of scope, and not on a channel that sends nothing", async () => {
    const { admin, h } = await givenTypes();
    const { id } = await givenUser(h, { org: "elsewhere", email: `${mint("u")}@example.com` });
    await admin.post(`${EMAIL}/test`, { test_user_id: id, test_data: '{"order":"T-1"}' });
    expect(await dispatches(id)).toEqual([]);
    for (const [path, fields] of [
      [`${TYPE}/words/sms/en/test`, { test_user_id: "u", test_data: '{"order":"T-1"}' }],
      [`${EMAIL}/test`, { test_user_id: "u", test_data: "{}" }],
      [`${EMAIL}/test`, { test_user_id: "u", test_data: "{" }],
      [`${EMAIL}/test`, { test_user_id: "<b>", test_data: '{"order":"T-1"}' }],
    ] as const)
      expect((await admin.post(path, fields)).status).toBe(400);
    const page = textOf((await admin.get(`${TYPE}/words/sms/en`)).body);
    expect(page).not.toContain("Send yourself a test");
    expect(page).not.toContain("Send a user a real event");
    expect((await admin.post(`${TYPE}/words/sms/en/test-me`, { text: "T" })).status).toBe(400);
  });

  test("is offered to the caller first, and a service must name somebody", async () => {
    const { admin, h, org, as } = await givenTypes();
    expect(valueOf((await admin.get(EMAIL)).body, "test_user_id")).toBe(as.sub);
    const service = await signIn(h, { role: "service", sub: "svc" });
    const { body } = await service.get(`${EMAIL}?org_id=${org}`);
    expect(valueOf(body, "test_user_id") ?? "").toBe("");
  });
});
