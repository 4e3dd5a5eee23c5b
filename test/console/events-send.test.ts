import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenTopic, givenType, messagesOf } from "../events/world.ts";
import { anOwnType } from "../support/own-type.ts";
import { type Browser, browserWith, signIn, textOf } from "./browser.ts";
import { expectInert } from "./inert.ts";
import { bytesOf, expectAsText, PROBE } from "./probe.ts";

const ADMIN = { role: "global_admin", sub: "adm_send" } as const;
const IN_APP = { channels: [{ channel: "in_app" as const }] };
const PATH = "/console/events/new";

const createWorld = () => createHarness({ autoDrain: false });

type Fields = Record<string, string | readonly string[]>;

/** The fields of the form as a browser would send them: what is shown, and what somebody types over it. */
async function filled(browser: Browser, type: string, typed: Fields, org = ""): Promise<Fields> {
  const { status, body } = await browser.get(`${PATH}?type=${type}${org === "" ? "" : `&org_id=${org}`}`);
  expect(status).toBe(200);
  return { ...fieldsIn(String(body)), ...typed };
}

const unescaped = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

function fieldsIn(html: string): Fields {
  const form = /<form class="form" method="post" action="\/console\/events\/new">[\s\S]*?<\/form>/u.exec(
    html,
  );
  const fields = new Map<string, string[]>();
  const add = (name: string, value: string) => fields.set(name, [...(fields.get(name) ?? []), value]);
  for (const [tag] of (form?.[0] ?? "").matchAll(/<input[^>]*>/gu)) {
    const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`, "u").exec(tag)?.[1];
    const isChoice = /type="(checkbox|radio)"/u.test(tag);
    if (!isChoice || /\schecked/u.test(tag))
      add(attribute("name") ?? "", unescaped(attribute("value") ?? ""));
  }
  for (const [, name = "", value = ""] of (form?.[0] ?? "").matchAll(
    /<textarea[^>]*name="(\w+)"[^>]*>([\s\S]*?)<\/textarea>/gu,
  ))
    add(name, unescaped(value));
  return Object.fromEntries(fields);
}

const eventIn = (location: string | null): string => /evt_\w+/u.exec(location ?? "")?.[0] ?? "";

describe("an event is sent by hand", () => {
  test("after a dry run that says who would get it, and why others would not", async () => {
    const h = createWorld();
    const type = await givenType(h, { sample: { order: "A-1" }, name: "Order shipped" });
    const [a, b] = [await givenUser(h), await givenUser(h, { devices: 0 })];
    const browser = await signIn(h, ADMIN);

    h.meter.reset();
    const chooser = await browser.get(PATH);
    expect(h.meter.trips).toBe(1);
    expect(textOf(chooser.body)).toContain("Send an event");
    h.meter.reset();
    const form = await filled(browser, type, { users: `${a.id}\r\n\r\n  ${b.id}\r\nnobody_1\r\n` });
    expect(h.meter.trips).toBe(1);
    expect(form["data"]).toEqual(['{\n  "order": "A-1"\n}']);

    h.meter.reset();
    const tried = await browser.post(PATH, { ...form, do: "try" });
    expect(h.meter.trips).toBeLessThanOrEqual(3);
    expect(tried.status).toBe(200);
    const text = textOf(tried.body);
    expect(text).toContain("Of 3 recipients 3 messages would be made.");
    expect(text).toContain("In-app 2 1 Push 1 2");
    expect(text).toContain("No device no_device Push 1");
    expect(await messagesOf(h, type)).toEqual([]);

    h.meter.reset();
    const sent = await browser.post(PATH, { ...fieldsIn(String(tried.body)), do: "send" });
    expect(h.meter.trips).toBe(3);
    expect([sent.status, sent.headers.get("location")]).toEqual([
      303,
      `/console/events/${eventIn(sent.headers.get("location"))}?done=sent`,
    ]);
    expect(await messagesOf(h, type)).toHaveLength(3);
    const { body } = await h.request("GET", `/api/v1/events/${eventIn(sent.headers.get("location"))}`);
    expect(body).toMatchObject({ type, dry_run: false, recipient_count: 3, message_count: 3 });
  });

  test("to a topic, to a part of its channels, at a time on the viewer's clock, with a key", async () => {
    const h = createWorld();
    const type = await givenType(h);
    const { topic } = await givenTopic(h, 3);
    const { cookie } = await signIn(h, ADMIN);
    const browser = browserWith(h, `${cookie}; tidings-zone=Europe/Oslo`);
    const form = await filled(browser, type, {
      to: "topic",
      topic,
      channels: ["in_app"],
      send_at: "2026-03-30T10:15",
      expires_at: "2026-03-30T12:00",
      actor: " usr_who_did_it ",
      key: "k-9",
      do: "send",
    });
    const { headers } = await browser.post(PATH, form);
    const { body } = await h.request("GET", `/api/v1/events/${eventIn(headers.get("location"))}`);
    expect(body).toMatchObject({
      recipients: { topic },
      expires_at: "2026-03-30T10:00:00.000Z",
      actor: "usr_who_did_it",
      channels: ["in_app"],
      send_at: "2026-03-30T08:15:00.000Z",
      key: "k-9",
      recipient_count: 3,
    });
  });

  test("to everybody in an organization and those below it", async () => {
    const h = createWorld();
    const type = await givenType(h, IN_APP);
    const org = await givenOrg(h);
    const below = await givenOrg(h, org);
    await givenUser(h, { org });
    await givenUser(h, { org: below });
    const browser = await signIn(h, { role: "org_admin", sub: "adm_org", org });
    const toOrg = { to: "org", to_org: org, do: "send" };
    const alone = await browser.post(PATH, await filled(browser, type, toOrg));
    const all = await browser.post(PATH, await filled(browser, type, { ...toOrg, sub_orgs: "on" }));
    const counts = [];
    for (const { headers } of [alone, all])
      counts.push((await h.request("GET", `/api/v1/events/${eventIn(headers.get("location"))}`)).body);
    expect(counts.map((body) => [body.org_id, body.message_count])).toEqual([
      [org, 1],
      [org, 2],
    ]);
  });

  test("once, however often its form is sent", async () => {
    const h = createWorld();
    const type = await givenType(h, IN_APP);
    const { id } = await givenUser(h);
    const browser = await signIn(h, ADMIN);
    const form = await filled(browser, type, { users: id, do: "send" });
    const answers = await Promise.all([browser.post(PATH, form), browser.post(PATH, form)]);
    const later = await browser.post(PATH, form);
    expect([...answers, later].map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(new Set([...answers, later].map(({ headers }) => eventIn(headers.get("location")))).size).toBe(1);
    expect(later.headers.get("location")).toContain("done=repeated");
    expect(await messagesOf(h, type)).toHaveLength(1);

    // Changed after it was sent, as with the browser's way back: nobody is told twice by mistake.
    const changed = await browser.post(PATH, { ...form, users: `${id}\n${mint("nobody")}` });
    expect(changed.status).toBe(400);
    expect(textOf(changed.body)).toContain("This form had been sent before");
    expect(fieldsIn(String(changed.body))["token"]).not.toEqual(form["token"]);
    expect(await messagesOf(h, type)).toHaveLength(1);
  });

  test("although the answer of D1 was lost", async () => {
    const h = createWorld();
    const type = await givenType(h, IN_APP);
    const { id } = await givenUser(h);
    const browser = await signIn(h, ADMIN);
    const form = await filled(browser, type, { users: id, do: "send" });
    h.meter.failNext("after");
    expect((await browser.post(PATH, form)).headers.get("location")).toContain("done=sent");
    expect(await messagesOf(h, type)).toHaveLength(1);
  });
});

test("a dry run of many goes on, and says so", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const { topic } = await givenTopic(h, 1_200);
  const browser = await signIn(h, ADMIN);
  const { body } = await browser.post(PATH, await filled(browser, type, { to: "topic", topic, do: "try" }));
  expect(textOf(body)).toContain("So far, of 1,000 recipients 1,000 messages would be made.");
  const path = /hx-get="([^"]+)" hx-trigger="every 3s"/u.exec(String(body))?.[1] ?? "";
  await h.drain();
  h.meter.reset();
  const after = await browser.get(path);
  expect(h.meter.trips).toBeLessThanOrEqual(2);
  expect(textOf(after.body)).toContain("Of 1,200 recipients 1,200 messages would be made.");
  expect(after.body).not.toContain("every 3s");
});

test("a dry run with a key that is taken says that sending would do nothing", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const { id } = await givenUser(h);
  const made = await h.request("POST", "/api/v1/events", {
    body: { type, recipients: { users: [id] }, data: {}, key: "taken" },
  });
  const browser = await signIn(h, ADMIN);
  const form = await filled(browser, type, { users: id, key: "taken" });
  const tried = await browser.post(PATH, { ...form, do: "try" });
  expect(textOf(tried.body)).toContain("This key is taken");
  expect(tried.body).toContain(`/console/events/${made.body.id}`);
  const sent = await browser.post(PATH, { ...form, token: mint("t"), do: "send" });
  expect(sent.headers.get("location")).toBe(`/console/events/${made.body.id}?done=repeated`);
  expect(await messagesOf(h, type)).toHaveLength(1);
});

describe("a form with faults shows itself again", () => {
  const SCHEMA = { type: "object", properties: { order: { type: "string" } }, required: ["order"] };
  const faulty: readonly (readonly [string, Fields, string])[] = [
    ["no recipient", { users: " \r\n" }, "must not be empty"],
    ["an actor that is none", { users: "u1", actor: "not an id" }, "must be 1 to 128 of"],
    ["an end in the past", { users: "u1", expires_at: "2020-01-01T10:00" }, "must be in the future"],
    ["an end that is no time", { users: "u1", expires_at: "soon" }, "must be"],
    [
      "an end before the beginning",
      { users: "u1", send_at: "2026-03-30T10:00", expires_at: "2026-03-30T10:00" },
      "must be after send_at",
    ],
    ["an id that is none", { users: "usr_1\r\n\r\nnot an id" }, "Line 3 (not an id) must be 1 to 128 of"],
    [
      "too many",
      { users: Array.from({ length: 1_001 }, (_, n) => `u${n}`).join("\n") },
      "must have at most 1000 users",
    ],
    ["data that is no JSON", { users: "usr_1", data: "{order: 1}" }, "is not JSON"],
    ["data that does not fit the schema", { users: "usr_1", data: '{"order":1}' }, "/order must be a string"],
    ["a topic that is not there", { to: "topic", topic: "nowhere" }, "there is no such topic"],
    ["an organization that is not there", { to: "org", to_org: "nowhere" }, "there is no such organization"],
    ["no channel", { users: "usr_1", channels: [] }, "must not be empty"],
    ["a time that is none", { users: "usr_1", send_at: "2026-02-31T10:00" }, "must be an ISO 8601 time"],
    ["a time too far ahead", { users: "usr_1", send_at: "2031-01-01T10:00" }, "must be within 365 days"],
  ];

  test.each(faulty)("%s", async (_, typed, fault) => {
    const h = createWorld();
    const type = await givenType(h, { ...IN_APP, schema: SCHEMA });
    const browser = await signIn(h, ADMIN);
    const form = { ...(await filled(browser, type, { data: '{"order":"A"}' })), ...typed };
    for (const doing of ["try", "send"]) {
      h.meter.reset();
      const answer = await browser.post(PATH, { ...form, do: doing });
      expect(answer.status).toBe(400);
      expect(h.meter.trips).toBeLessThanOrEqual(3);
      expect(textOf(answer.body)).toContain(fault);
      const again = fieldsIn(String(answer.body));
      for (const [name, value] of Object.entries(typed))
        if (name !== "channels" && name !== "send_at")
          expect(String(again[name])).toBe(String(value).replaceAll("\r\n", "\n"));
    }
    expect(await messagesOf(h, type)).toEqual([]);
  });

  test("and what was typed is text", async () => {
    const h = createWorld();
    const type = await givenType(h, IN_APP);
    const browser = await signIn(h, ADMIN);
    const form = await filled(browser, type, {});
    for (const typed of [
      { users: PROBE },
      { to: "topic", topic: PROBE },
      { to: "org", to_org: PROBE },
      { data: PROBE },
      { data: JSON.stringify({ [PROBE]: 1 }), users: "not an id" },
      { key: PROBE, users: "not an id" },
      { send_at: PROBE, users: "usr_1" },
    ]) {
      const answer = await browser.post(PATH, { ...form, ...typed, do: "try" });
      expect(answer.status).toBe(400);
      await expectAsText(answer);
    }
    for (const typed of [{ type: PROBE }, { org_id: PROBE }, { token: PROBE }, { channels: [PROBE] }]) {
      const { body } = await browser.post(PATH, { ...form, users: "usr_1", ...typed, do: "try" });
      await expectInert(body);
    }
  });
});

test("the types to choose from are the own ones of the organization's line, page by page", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const type = (id: string, more: object = {}) => {
    const data = anOwnType({ id, org_id: org, ...more });
    return h.deps.bindings.DB.prepare(
      "INSERT INTO own_types (id, org_id, data, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
    ).bind(id, org, JSON.stringify(data));
  };
  // Before all others by their ids.
  const ids = Array.from({ length: 27 }, (_, n) => `.${mint("type")}_${String(n).padStart(3, "0")}`);
  await h.deps.bindings.DB.batch(ids.map((id, n) => type(id, n === 0 ? { name: PROBE } : {})));
  const browser = await signIn(h, { role: "org_admin", sub: "adm_org", org });
  h.meter.reset();
  const first = await browser.get(PATH);
  expect(h.meter.trips).toBe(1);
  expect(bytesOf(first)).toBeLessThan(60_000);
  await expectAsText(first);
  expect(textOf(first.body)).not.toContain("certification_reminder");
  const next = /href="([^"]+)" rel="next"/u.exec(String(first.body))?.[1]?.replaceAll("&amp;", "&") ?? "";
  const second = await browser.get(next);
  for (const [i, id] of ids.toSorted().entries())
    expect(String((i < 25 ? first : second).body)).toContain(`type=${id}&amp;org_id`.split("&")[0]);
});

test("without a type of one's own the page says where to write one", async () => {
  const h = createWorld();
  await h.deps.bindings.DB.exec("DELETE FROM own_types");
  const { body } = await (await signIn(h, ADMIN)).get(PATH);
  expect(textOf(body)).toContain("There is no type of your own yet");
});

test("data begins with the shape of the schema where a type has no sample", async () => {
  const h: Harness = createWorld();
  const type = await givenType(h, {
    ...IN_APP,
    schema: {
      type: "object",
      properties: {
        order: { type: "string" },
        n: { type: "integer" },
        kind: { enum: ["a", "b"] },
        to: { type: "object", properties: { list: { type: "array" }, any: {} } },
        when: { type: ["boolean", "null"], default: true },
      },
    },
  });
  const form = await filled(await signIn(h, ADMIN), type, {});
  expect(JSON.parse(String(form["data"]))).toEqual({
    order: "",
    n: 0,
    kind: "a",
    to: { list: [], any: null },
    when: true,
  });
});
