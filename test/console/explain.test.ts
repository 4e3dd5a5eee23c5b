import { beforeEach, describe, expect, test } from "vitest";
import { HOUR } from "../../src/lib/clock.ts";
import { printId } from "../../src/lib/ids.ts";
import { givenType } from "../events/world.ts";
import { type Caller, createHarness, mint } from "../support/harness.ts";
import { createMailWorld, givenMails, givenReader } from "../support/mail.ts";
import { emptyTables } from "../support/pipeline.ts";
import { givenChoices } from "../support/preferences.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";
import { expectInert, payloads } from "./inert.ts";
import { withoutFrames } from "./message-page.ts";
import { faultAt } from "./types-world.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm" };
const PATH = "/console/explain";

beforeEach(emptyTables);

const asking = (what: string, userId: string, more: Record<string, string> = {}) =>
  `${PATH}?${new URLSearchParams({ what, user_id: userId, ...more }).toString()}`;

describe("why does this person get nothing?", () => {
  test("the form leads to an address that answers it, for each channel of the type", async () => {
    const h = createMailWorld();
    const reader = await givenReader(h);
    await givenChoices(reader.id, { cells: { certifications: { email: false } } });
    const browser = await signIn(h, ADMIN);
    const form = await browser.get(`${PATH}?user_id=${reader.id}`);
    expect(form.body).toContain(`value="${reader.id}"`);
    expect(textOf(form.body)).toContain("What do you want to know?");
    const asked = await browser.post(PATH, { what: "certification_reminder", user_id: reader.id });
    expect([asked.status, asked.headers.get("location")]).toEqual([
      303,
      asking("certification_reminder", reader.id),
    ]);
    const { status, body } = await browser.get(asked.headers.get("location") ?? "");
    expect(status).toBe(200);
    const text = textOf(body);
    expect(text).toContain("It is not sent The user has switched this off.");
    expect(text).toContain("Suppression passed The address is not suppressed.");
    expect(body).toContain(`href="/console/people/${reader.id}"`);
    expect(body).toContain('<iframe class="preview" sandbox="allow-popups" src="/console/explain/preview?');
  });

  test("a message is explained by its id, and its e-mail shown", async () => {
    const h = createMailWorld();
    const reader = await givenReader(h);
    const [id = ""] = await givenMails(h, [reader.id]);
    const what = printId("dsp", id);
    const browser = await signIn(h, ADMIN);
    const { body } = await browser.get(`${PATH}?what=${what}`);
    expect(body).toContain(`href="/console/messages/${what}"`);
    expect(textOf(body)).toContain("It is sent");
    const preview = await browser.get(`${PATH}/preview?what=${what}`);
    expect(preview.status).toBe(200);
    expect(preview.headers.get("content-security-policy")).toContain("sandbox allow-popups");
    expect(textOf(preview.body)).toContain("First aid");
  });

  test("another time counts in the viewer's zone", async () => {
    const h = createMailWorld();
    h.clock.set(Date.parse("2026-03-26T08:00:00Z"));
    const reader = await givenReader(h, { timezone: "Europe/Oslo" });
    await givenChoices(reader.id, {
      quietHours: { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] },
    });
    const browser = await signIn(h, ADMIN);
    const cookie = `${browser.cookie}; tidings-zone=Europe%2FOslo`;
    const at = asking("certification_reminder", reader.id, { at: "2026-03-26T23:30" });
    const { body } = await browser.get(at, { cookie });
    expect(textOf(body)).toContain(
      "Quiet hours waits until 27 Mar 2026, 07:00:00 It waits for the end of the user's quiet hours.",
    );
    expect(
      textOf((await browser.get(asking("certification_reminder", reader.id), { cookie })).body),
    ).toContain("Quiet hours passed");
  });
});

test.each([
  ["certification_reminder", "", {}, "is missing: to whom?"],
  [
    "certification_reminder",
    "Kari Nordmann",
    {},
    "is not an id: find people by name or address under People",
  ],
  ["certification reminder", "u1", {}, "is neither a type nor an id"],
  ["certification_reminder", "u1", { at: "soon" }, "is not a time"],
  ["certification_reminder", "u1", { at: "2026-02-30T10:00" }, "is not a time"],
  ["certification_reminder", "u1", { at: "2020-01-01T10:00" }, "must be within 365 days from now"],
  ["certification_reminder", "u1", { org_id: "a b" }, "is not an id"],
  ["certification_reminder", "u1", { channel: "push" }, "is no channel of this type (email)"],
])("%s to %j %j is asked again: %s", async (what, user, more, fault) => {
  const browser = await signIn(createMailWorld(), ADMIN);
  const { status, body } = await browser.get(asking(what, user, more));
  expect(status).toBe(400);
  expect(body).toContain('aria-invalid="true"');
  expect(textOf(body)).toContain(fault);
});

test("an address that was typed stands in no URL, and its mail is posted into the frame", async () => {
  const h = createMailWorld();
  const address = `${mint("kari")}@example.com`;
  const { id } = await givenUser(h, { id: address, email: address });
  const browser = await signIn(h, ADMIN);
  const { status, body } = await browser.post(PATH, { what: "certification_reminder", user_id: id });
  expect(status).toBe(200);
  expect(textOf(body)).toContain("It is sent");
  expect(body).not.toMatch(/src="[^"]*kari/u);
  expect(body).toContain('name="explained-mail" title="The e-mail as its reader sees it" data-filled-by=');
  const mail = await browser.post(`${PATH}/preview`, { ...hiddenIn(body) });
  expect(mail.status).toBe(200);
  expect(mail.headers.get("content-security-policy")).toContain("sandbox allow-popups");
  expect(textOf(mail.body)).toContain("First Aid");
});

/** The hidden fields of the form that draws the mail. */
const hiddenIn = (html: unknown): Record<string, string> => {
  const form = /<form[^>]*target="explained-mail">([\s\S]*?)<\/form>/u.exec(String(html))?.[1] ?? "";
  const fields = form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/gu);
  return Object.fromEntries(
    [...fields].map(([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"')]),
  );
};

describe("with data of one's own", () => {
  const SCHEMA = {
    type: "object",
    properties: { order: { type: "string" }, items: { type: "integer" } },
    required: ["order"],
  };

  async function givenOrders() {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const reader = await givenReader(h, { org });
    const type = await givenType(h, {
      channels: [{ channel: "email" }],
      schema: SCHEMA,
      sample: { order: "A" },
    });
    await h.request("PUT", `/api/v1/wordings/${type}/email/en`, {
      body: { subject: "Order {{ data.order }}", body: "It is {{ data.order }}." },
    });
    return { h, type, reader, browser: await signIn(h, ADMIN) };
  }

  test("it says how the message would look with them, and they stand in no URL", async () => {
    const { type, reader, browser } = await givenOrders();
    const asked = { what: type, user_id: reader.id, data: '{"order":"SECRET-7"}' };
    const { status, body } = await browser.post(PATH, asked);
    expect(status).toBe(200);
    expect(textOf(body)).toContain("with the data of the form");
    expect(textOf(body)).toContain("Subject Order SECRET-7");
    expect(body).not.toMatch(/(?:src|href|action)="[^"]*SECRET/u);
    expect(hiddenIn(body)).toMatchObject({ data: asked.data, channel: "email" });
    const mail = await browser.post(`${PATH}/preview`, hiddenIn(body));
    expect(textOf(mail.body)).toContain("It is SECRET-7.");
  });

  test.each([
    ["{", "is not JSON: "],
    ["[1]", "must be an object"],
    ['{"items":"many"}', "/order"],
    ['{"order":"A","items":"many"}', "/items"],
    [`{"order":"${"x".repeat(33_000)}"}`, "must have at most 32768 bytes as JSON"],
  ])("what does not fit the type is told at the field: %s", async (data, fault) => {
    const { type, reader, browser } = await givenOrders();
    const { status, body } = await browser.post(PATH, { what: type, user_id: reader.id, data });
    expect(status).toBe(400);
    expect(faultAt(body, "data")).toContain(fault);
    expect(body).toContain('<details class="more" open="">');
    await expectInert(withoutFrames(body));
  });

  test("a message that there is has its own", async () => {
    const { h, reader, browser } = await givenOrders();
    const [id = ""] = await givenMails(h, [reader.id]);
    const { status, body } = await browser.post(PATH, { what: printId("dsp", id), data: "{}" });
    expect(status).toBe(400);
    expect(faultAt(body, "data")).toBe("is of that message already: leave it empty");
  });
});

test("an org_admin asks about people of the organization alone", async () => {
  const h = createMailWorld();
  const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
  const reader = await givenReader(h, { org: ours });
  const adminOf = (org: string): Caller => ({ role: "org_admin", sub: mint("adm"), org });
  const path = asking("certification_reminder", reader.id);
  const preview = path.replace("?", "/preview?");
  const own = await signIn(h, adminOf(ours));
  expect(textOf((await own.get(path)).body)).toContain("It is sent");
  expect((await own.get(preview)).status).toBe(200);
  const other = await signIn(h, adminOf(theirs));
  const refused = await other.get(path);
  expect(refused.status).toBe(404);
  expect(textOf(refused.body)).toContain("There is no such user.");
  expect(textOf(refused.body)).not.toContain("Address");
  expect((await other.get(preview)).status).toBe(404);
});

test.each(payloads("canary"))("what was typed runs nowhere: %s", async (text) => {
  const browser = await signIn(createMailWorld(), ADMIN);
  for (const more of [
    { what: text },
    { user_id: text },
    { org_id: text },
    { at: text },
    { channel: text },
    { data: text },
  ]) {
    const fields = { what: "certification_reminder", user_id: "u1", ...more };
    await expectInert(
      withoutFrames((await browser.get(`${PATH}?${new URLSearchParams(fields).toString()}`)).body),
    );
    const posted = await browser.post(PATH, fields);
    if (posted.status !== 303) await expectInert(withoutFrames(posted.body));
  }
});

test("a page costs three round trips at most, and less than 60 KB with three channels", async () => {
  const h = createHarness();
  const org = await givenOrg(h);
  const { id: user } = await givenUser(h, { org, email: `${mint("u")}@example.com` });
  const type = await givenType(h, {
    channels: [{ channel: "in_app" }, { channel: "push" }, { channel: "email", wait: HOUR / 1_000 }],
  });
  const browser = await signIn(h, ADMIN);
  h.meter.reset();
  const { body } = await browser.get(asking(type, user));
  expect([h.meter.trips, h.meter.rowsWritten]).toEqual([3, 0]);
  expect(textOf(body)).toContain("It is sent then, unless a message before it has reached the user.");
  expect(new TextEncoder().encode(String(body)).length).toBeLessThan(60_000);
});
