import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { type Caller, createHarness, type Harness, mint, SERVICE } from "../../support/harness.ts";
import { plansOf, scans } from "../../support/plans.ts";
import { givenOrg } from "../../support/world.ts";
import { noted } from "../types/calls.ts";

const pathOf = (id: string) => `/api/v1/orgs/${id}/brand`;
const get = (h: Harness, id: string, as: Caller = SERVICE) => h.request("GET", pathOf(id), { as });
const put = (h: Harness, id: string, body: unknown, as: Caller = SERVICE) =>
  h.request("PUT", pathOf(id), { body, as });
const NONE = {
  name: null,
  logo_url: null,
  colour: null,
  sender_name: null,
  reply_to: null,
  postal_footer: null,
};

beforeEach(() => env.DB.prepare("DELETE FROM org_settings WHERE org_id = ''").run());

test("each field is inherited from the nearest that has it, up to the service", async () => {
  const h = createHarness();
  const top = await givenOrg(h);
  const org = await givenOrg(h, top);
  expect((await get(h, org)).body).toEqual({ org_id: org, ...NONE, effective: { ...NONE, name: "Tidings" } });
  const own = { name: "Ada's shop", reply_to: "help@shop.example" };
  const above = { name: "Top", colour: "#0B5CAD", sender_name: "Top team" };
  const service = {
    colour: "#333333",
    logo_url: "https://a.example/logo.png",
    postal_footer: "Street 1\nOslo",
  };
  expect((await put(h, "service", service)).body).toMatchObject({ org_id: null, ...service });
  expect((await put(h, top, above)).body).toMatchObject({ org_id: top, ...above, colour: "#0b5cad" });
  expect((await put(h, org, own)).body).toEqual({
    org_id: org,
    ...NONE,
    ...own,
    effective: { ...service, ...above, colour: "#0b5cad", ...own },
  });
  expect((await get(h, "service")).body.effective).toEqual({ ...NONE, ...service, name: "Tidings" });
  // A put replaces all; null is inherited.
  await put(h, org, { name: null, colour: "#111111" });
  expect((await get(h, org)).body).toMatchObject({
    name: null,
    reply_to: null,
    effective: { name: "Top", colour: "#111111", reply_to: null },
  });
  expect((await get(h, await givenOrg(h))).body.effective.name).toBe("Tidings");
});

test.each([
  [
    "a pale colour",
    { colour: "#88bbff" },
    "/colour",
    /^has a contrast of 1\.\d+:1 as text, but WCAG AA needs 4\.5:1/,
  ],
  ["one that nearly suffices", { colour: "#777777" }, "/colour", /^has a contrast of 4\.05:1/],
  ["no colour", { colour: "blue" }, "/colour", /must be a colour such as/],
  ["http", { logo_url: "http://a.example/l.png" }, "/logo_url", /must be an https address/],
  ["javascript", { logo_url: "javascript:alert(1)" }, "/logo_url", /must be an https address/],
  ["no address", { reply_to: "a@b\r\nBcc: c@d.example" }, "/reply_to", /must be an e-mail address/],
  [
    "an address that not every provider takes",
    { reply_to: "用户@shop.example" },
    "/reply_to",
    /ASCII before the @/,
  ],
  ...["sender_name", "name"].flatMap((field) =>
    ["help@shop.example", "Ada＠shop", "Ada <ada", "Ada> x", "https://shop.example", "Ada ＜ shop"].map(
      (name): [string, object, string, RegExp] => [
        `${name} as ${field}`,
        { [field]: name },
        `/${field}`,
        /must not look like an address/,
      ],
    ),
  ),
  ["a long name", { name: "x".repeat(81) }, "/name", /./],
  ["an unknown field", { font: "Arial" }, "/font", /is not a known field/],
])("%s is refused, and nothing is written", async (_, body, pointer, detail) => {
  const h = createHarness();
  const org = await givenOrg(h);
  await put(h, org, { name: "Before" });
  expect(await put(h, org, body)).toMatchObject({
    status: 400,
    body: { errors: [{ pointer, detail: expect.stringMatching(detail) }] },
  });
  expect((await get(h, org)).body.name).toBe("Before");
});

test("an address is stored in its canonical spelling, and printed so", async () => {
  const h = createHarness();
  const org = await givenOrg(h);
  const reply_to = "Help@xn--bcher-kva.example";
  const { body } = await put(h, org, {
    reply_to: "Help@BÜCHER.example",
    sender_name: "Bücher & Söhne: 24/7",
  });
  expect(body).toMatchObject({ reply_to, sender_name: "Bücher & Söhne: 24/7", effective: { reply_to } });
  const stored = await env.DB.prepare(
    "SELECT brand->>'reply_to' AS address FROM org_settings WHERE org_id = ?",
  )
    .bind(org)
    .first("address");
  expect(stored).toBe(reply_to);
});

test("every bad field is named", async () => {
  const h = createHarness();
  const { body } = await put(h, await givenOrg(h), { colour: "#ffffff", logo_url: "x", reply_to: "y" });
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    "/logo_url",
    "/colour",
    "/reply_to",
  ]);
});

test("an organization outside the scope, or unknown, is not found", async () => {
  const h = createHarness();
  const top = await givenOrg(h);
  const [org, sister] = [await givenOrg(h, top), await givenOrg(h, top)];
  const as: Caller = { role: "org_admin", sub: "adm", org };
  for (const id of [top, sister, "service", mint("unknown")])
    for (const call of [get(h, id, as), put(h, id, { name: "Mine" }, as)])
      expect((await call).status).toBe(404);
  const unknown = mint("unknown");
  for (const call of [get(h, unknown), put(h, unknown, { name: "Mine" })])
    expect((await call).status).toBe(404);
  for (const id of [top, sister, "service"]) expect((await get(h, id)).body.name).toBeNull();
  expect(await put(h, org, { name: "Ours" }, { ...as, org: top })).toMatchObject({ status: 200 });
  expect((await get(h, org, as)).body.name).toBe("Ours");
});

test.each(["before", "after"] as const)(
  "is written and noted once though D1 failed %s it wrote",
  async (when) => {
    const h = createHarness();
    const org = await givenOrg(h);
    h.meter.failNext(when);
    expect(await put(h, org, { name: "Ours" })).toMatchObject({ status: 200, body: { name: "Ours" } });
    expect((await put(h, org, { name: "Ours" })).status).toBe(200);
    expect(await noted("brand.put", org)).toBe(1);
  },
);

test("it keeps what else the organization has set", async () => {
  const h = createHarness();
  const org = await givenOrg(h);
  await h.request("PATCH", `/api/v1/orgs/${org}/preferences`, { body: { locale: "nb" } });
  expect((await put(h, org, { name: "Ours" })).status).toBe(200);
  expect((await h.request("GET", `/api/v1/orgs/${org}/preferences`)).body.locale).toBe("nb");
});

test("each call is one round trip that goes through no table", async () => {
  const h = createHarness({ autoDrain: false });
  const org = await givenOrg(h, await givenOrg(h));
  h.meter.reset();
  await put(h, org, { name: "Ours" });
  await get(h, org);
  expect(h.meter.trips).toBe(2);
  expect((await plansOf(h)).flatMap(scans)).toEqual([]);
});
