import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { emptyTables } from "../support/pipeline.ts";
import { SERVICE } from "../support/harness.ts";
import { signIn, textOf } from "./browser.ts";
import { A_TYPE, faultAt, givenTypes, valueOf } from "./types-world.ts";

const TYPE = "/console/types/order_shipped";
const WORDS = { subject: "Order {{ data.order }}", body: "On its way" };

beforeEach(async () => {
  await emptyTables();
  const tables = ["own_types", "wordings", "wording_versions", "events"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("the list", () => {
  test("says what to do next where there are no types", async () => {
    const { admin } = await givenTypes(null);
    const { status, body } = await admin.get("/console/types");
    expect(status).toBe(200);
    expect(textOf(body)).toContain("No types of your own yet");
    expect(textOf(body)).toContain("certification_reminder");
  });

  test("shows each type with its channels and the words that are its owner's, in two round trips", async () => {
    const { admin, h } = await givenTypes();
    await admin.post(`${TYPE}/words/email/en`, { ...WORDS, action: "publish" });
    await admin.post(`${TYPE}/words/email/nb-no`, { ...WORDS, action: "draft" });
    await admin.post("/console/types/welcome/words/email/de", { ...WORDS, action: "publish" });
    h.meter.reset();
    const { body } = await admin.get("/console/types");
    expect(h.meter.trips).toBe(2);
    const text = textOf(body);
    expect(text).toContain(
      "Order shipped order_shipped orders push in_app email email: en, nb-NO (draft) own",
    );
    expect(text).toMatch(/welcome messages welcome account email email: de built in/u);
    expect(String(body).length).toBeLessThan(60_000);
  });

  test("shows an organization below what it inherits, and whose it is", async () => {
    const { admin, org, below } = await givenTypes();
    const { body } = await admin.get(`/console/types?org_id=${below}`);
    expect(textOf(body)).toContain(`Of ${below} (Org)`);
    expect(textOf(body)).toMatch(new RegExp(`order_shipped .* none from ${org}`, "u"));
    expect(body).toContain(`href="${TYPE}?org_id=${below}"`);
  });

  test("goes on from page to page", async () => {
    const { admin, h, org, as } = await givenTypes(null);
    const body = { name: "A", channels: [{ channel: "push" }] };
    for (let i = 0; i < 60; i++)
      await h.request("PUT", `/api/v1/types/t${100 + i}?org_id=${org}`, { body, as });
    const first = await admin.get("/console/types");
    const next = /href="([^"]+)" rel="next"/u.exec(String(first.body))?.[1]?.replaceAll("&amp;", "&");
    expect(next).toBe("/console/types?after=t149");
    const second = textOf((await admin.get(next ?? "")).body);
    expect(second).toContain("t150");
    expect(second).not.toMatch(/t149|certification_reminder/u);
  });
});

describe("a new type", () => {
  test("is what the API has for the same facts", async () => {
    const { h, org, as } = await givenTypes();
    const { body } = await h.request("GET", "/api/v1/types/order_shipped", { as });
    expect(body).toMatchObject({
      org_id: org,
      name: "Order shipped",
      category: "orders",
      channels: [{ channel: "push" }, { channel: "in_app" }, { channel: "email", wait: 600 }],
      critical: false,
      dedupe: "event",
      batch: null,
      throttle: null,
      expires_after: 86_400,
      sample: { order: "A-1042", items: 3, url: "https://shop.example/orders/A-1042" },
    });
  });

  test("leads to its page, and replaces none that is there", async () => {
    const { admin } = await givenTypes(null);
    const made = await admin.post("/console/types/new-type", A_TYPE);
    expect(made.headers.get("location")).toBe(`${TYPE}?done=saved`);
    expect(textOf((await admin.get(`${TYPE}?done=saved`)).body)).toContain("It is saved.");
    const again = await admin.post("/console/types/new-type", { ...A_TYPE, name: "Another" });
    expect([again.status, faultAt(again.body, "id")]).toEqual([400, "There is a type with this id already."]);
    expect((await admin.get(TYPE)).body).toContain("<h1>Order shipped</h1>");
  });

  test("is made although the answer of D1 was lost", async () => {
    const { admin, h } = await givenTypes(null);
    h.meter.failNext("after");
    expect((await admin.post("/console/types/new-type", A_TYPE)).status).toBe(303);
  });

  test.each([
    ["id", { id: "Order-Shipped" }, "must be a letter, then up to 63 of a-z 0-9 _"],
    ["id", { id: "welcome" }, "This type is built in: only its words can be changed."],
    ["name", { name: "" }, "must not be empty"],
    ["channel_1", { channel_1: "push" }, "stands twice"],
    ["channel_0", { channel_0: "", channel_1: "", channel_2: "" }, "must not be empty"],
    ["wait_2", { wait_2: "soon" }, "must be a number"],
    ["wait_2", { wait_2: "31", wait_2_unit: "days" }, "must be at most 2592000"],
    ["window", { window: "5", window_unit: "seconds" }, "must be at least 10"],
    ["window", { key: "order" }, "is required"],
    ["limit", { per: "1" }, "is required"],
    ["expires_after", { expires_after: "1", expires_after_unit: "seconds" }, "must be at least 60"],
    ["schema", { schema: '{"type":"objec"}' }, "/type must be"],
    ["schema", { schema: "{" }, "is not JSON"],
    ["schema", { schema: "[]" }, "must be an object"],
    ["sample", { sample: '{"items":"three"}' }, "/order is required; /items must be a whole number"],
    ["critical", { critical: "on" }, "must be false"],
  ])("is refused at the field %s: %o", async (field, wrong, why) => {
    const { admin } = await givenTypes(null);
    const { status, body } = await admin.post("/console/types/new-type", { ...A_TYPE, ...wrong });
    expect(status).toBe(400);
    const fault = field === "critical" ? textOf(body) : (faultAt(body, field) ?? "");
    expect(fault).toContain(why);
    // What was typed stays.
    expect(valueOf(body, "category")).toBe("orders");
    expect((await admin.get(TYPE)).status).toBe(404);
  });

  test("is told that another has the id, but not who", async () => {
    const { admin, h } = await givenTypes(null);
    const body = { name: "A", channels: [{ channel: "push" }] };
    await h.request("PUT", "/api/v1/types/order_shipped", { body, as: SERVICE });
    const { body: page } = await admin.post("/console/types/new-type", A_TYPE);
    expect(faultAt(page, "id")).toMatch(/^The service, or an organization above or below/u);
  });
});

describe("a type", () => {
  test("is changed by a form that holds what it is", async () => {
    const { admin, h, as } = await givenTypes();
    const { body } = await admin.get(`${TYPE}/edit`);
    expect(["name", "wait_2", "expires_after"].map((name) => valueOf(body, name))).toEqual([
      "Order shipped",
      "10",
      "1",
    ]);
    const more = { window: "2", window_unit: "minutes", key: "order", limit: "5", per: "1" };
    const changed = await admin.post(TYPE, { ...A_TYPE, ...more, name: "Sent", dedupe: "recipient" });
    expect(changed.headers.get("location")).toBe(`${TYPE}?done=saved`);
    expect((await h.request("GET", "/api/v1/types/order_shipped", { as })).body).toMatchObject({
      name: "Sent",
      dedupe: "recipient",
      batch: { window: 120, key: "order" },
      throttle: { limit: 5, per: 3_600 },
    });
  });

  test("stays critical when an org_admin changes another field", async () => {
    const { admin, h, org, as } = await givenTypes();
    const body = { name: "A", channels: [{ channel: "push" }], critical: true };
    await h.request("PUT", `/api/v1/types/order_shipped?org_id=${org}`, { body, as: SERVICE });
    expect((await admin.get(`${TYPE}/edit`)).body).toMatch(/name="critical"[^>]* checked/u);
    await admin.post(TYPE, { ...A_TYPE, critical: "on" });
    const { body: now } = await h.request("GET", "/api/v1/types/order_shipped", { as });
    expect([now.critical, now.name]).toEqual([true, "Order shipped"]);
  });

  test("shows its words by language and channel, whose they are, its variables and its sample", async () => {
    const { admin, h, org, below } = await givenTypes();
    await admin.post(`${TYPE}/words/email/en`, { ...WORDS, action: "publish" });
    await admin.post(`${TYPE}/words/email/en`, { ...WORDS, body: "New", action: "draft" });
    await admin.post(`${TYPE}/words/push/nb`, { title: "A", body: "B", action: "draft" });
    h.meter.reset();
    const { body } = await admin.get(TYPE);
    expect(h.meter.trips).toBe(2);
    const text = textOf(body);
    expect(text).toContain("Language push email in_app sms");
    expect(text).toContain("English en write version 1 draft 2 write write");
    expect(text).toContain("Norwegian Bokmål nb draft 1 write write write");
    expect(text).toContain("push, then in_app, then email after 10 minutes");
    expect(text).toContain("{{ data.order }} string yes Its number");
    expect(text).toContain('"order": "A-1042"');
    expect(String(body).length).toBeLessThan(60_000);
    const inherited = textOf((await admin.get(`${TYPE}?org_id=${below}`)).body);
    expect(inherited).toContain(`English en write from ${org}, version 1 write write`);
    // Drafts are their owner's own, and so is the type.
    expect(inherited).not.toMatch(/draft|Delete|Bokmål/u);
    expect((await admin.get(`${TYPE}/edit?org_id=${below}`)).status).toBe(404);
  });

  test("that is built in shows its languages, and cannot be changed", async () => {
    const { admin } = await givenTypes(null);
    const { body } = await admin.get("/console/types/welcome");
    expect(textOf(body)).toContain("German de built in");
    expect(textOf(body)).toContain("built in: only its words can be changed");
    expect(textOf(body)).not.toContain("Delete");
    expect((await admin.post("/console/types/welcome/delete")).status).toBe(409);
    const changed = await admin.post("/console/types/welcome", A_TYPE);
    expect(textOf(changed.body)).toContain("This type is built in");
    expect(textOf((await admin.get("/console/types/push")).body)).toContain(
      "Its words cannot be written here",
    );
  });

  test("is deleted after a question, with its words", async () => {
    const { admin } = await givenTypes();
    await admin.post(`${TYPE}/words/email/en`, { ...WORDS, action: "publish" });
    expect((await admin.get(TYPE)).body).toMatch(/<dialog id="delete-type"/u);
    const { headers } = await admin.post(`${TYPE}/delete`);
    expect(headers.get("location")).toBe("/console/types?done=deleted");
    expect((await admin.get(TYPE)).status).toBe(404);
    const { results } = await env.DB.prepare("SELECT 1 FROM wordings").all();
    expect(results).toEqual([]);
  });

  test("leads to the words of another language", async () => {
    const { admin } = await givenTypes();
    const { status, headers } = await admin.get(`${TYPE}/words?channel=email&locale=pt_br`);
    expect([status, headers.get("location")]).toEqual([303, `${TYPE}/words/email/pt-BR`]);
    expect((await admin.get(`${TYPE}/words?channel=email&locale=%3Cb%3E`)).status).toBe(400);
  });
});

test("a global_admin chooses the organization, and has the service at first", async () => {
  const { h, org } = await givenTypes();
  const browser = await signIn(h, { role: "global_admin", sub: "adm" });
  expect(textOf((await browser.get("/console/types")).body)).toContain("Of the service");
  expect((await browser.get(TYPE)).status).toBe(404);
  expect((await browser.get(`${TYPE}?org_id=${org}`)).status).toBe(200);
  expect((await browser.get("/console/types?org_id=nobody")).status).toBe(404);
  expect((await browser.get("/console/types?org_id=%3Cb%3E")).status).toBe(400);
});
