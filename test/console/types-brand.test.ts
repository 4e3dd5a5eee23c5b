import { beforeEach, expect, test } from "vitest";
import { emptyTables } from "../support/pipeline.ts";
import { textOf } from "./browser.ts";
import { faultAt, givenTypes, valueOf } from "./types-world.ts";

const BRAND = {
  name: "Ada's shop",
  logo_url: "https://shop.example/logo.png",
  colour: "#0B5CAD",
  sender_name: "Ada",
  reply_to: "Help@Shop.example",
  postal_footer: "Ada's shop\r\n1 High Street",
};

beforeEach(emptyTables);

test("a brand is stored as the API stores it, in one round trip, and read in one", async () => {
  const { admin, h, org, as } = await givenTypes(null);
  h.meter.reset();
  const saved = await admin.post("/console/brand", BRAND);
  expect([saved.headers.get("location"), h.meter.trips]).toEqual(["/console/brand?done=saved", 1]);
  const { body } = await h.request("GET", `/api/v1/orgs/${org}/brand`, { as });
  expect(body).toMatchObject({
    ...BRAND,
    colour: "#0b5cad",
    reply_to: "Help@shop.example",
    postal_footer: "Ada's shop\n1 High Street",
  });
  h.meter.reset();
  const page = await admin.get("/console/brand");
  expect([page.status, h.meter.trips]).toEqual([200, 1]);
  expect(["name", "colour", "postal_footer"].map((name) => valueOf(page.body, name))).toEqual([
    "Ada's shop",
    "#0b5cad",
    "Ada's shop\n1 High Street",
  ]);
  expect(textOf(page.body)).toContain("On light ground 6.04:1");
  expect(String(page.body).length).toBeLessThan(60_000);
});

test("what is empty is inherited, and the page shows from above what that is", async () => {
  const { admin, h, org, below, as } = await givenTypes(null);
  await admin.post("/console/brand", BRAND);
  const page = await admin.get(`/console/brand?org_id=${below}`);
  expect(page.body).toMatch(/name="name"[^>]* value=""[^>]* placeholder="Ada&#39;s shop"/u);
  await admin.post(`/console/brand?org_id=${below}`, { name: " ", colour: "#7a1f5c" });
  const { body } = await h.request("GET", `/api/v1/orgs/${below}/brand`, { as });
  expect([body.name, body.effective.name, body.effective.colour]).toEqual([null, "Ada's shop", "#7a1f5c"]);
  expect((await h.request("GET", `/api/v1/orgs/${org}/brand`, { as })).body.colour).toBe("#0b5cad");
});

test.each([
  ["colour", "#ffff00", "WCAG AA needs 4.5:1: take a darker one"],
  ["colour", "red", "must be a colour such as #0b5cad"],
  ["logo_url", "http://shop.example/logo.png", "must be an https address"],
  ["name", "me@shop.example", "must not look like an address"],
  ["sender_name", "x".repeat(81), "must have at most 80 characters"],
  ["reply_to", "nobody", "must be an e-mail address"],
])("%s %s is refused at its field, also while one types", async (field, text, why) => {
  const { admin, h } = await givenTypes(null);
  const typed = { ...BRAND, [field]: text };
  const { status, body } = await admin.post("/console/brand", typed);
  expect([status, faultAt(body, field)?.includes(why), valueOf(body, field)]).toEqual([400, true, text]);
  h.meter.reset();
  const live = await admin.post("/console/brand/preview", typed);
  expect([live.status, h.meter.trips, faultAt(live.body, field)?.includes(why)]).toEqual([200, 1, true]);
  // The mail is drawn without it.
  expect((await admin.post("/console/brand/frame", typed)).status).toBe(200);
});

test("the verdict names the contrast on light ground and in dark mode", async () => {
  const { admin } = await givenTypes(null);
  const { body } = await admin.post("/console/brand/preview", { colour: "#0b5cad" });
  expect(textOf(body)).toMatch(
    /The colour can be read On light ground 6\.04:1 in dark mode \d+\.\d+:1: WCAG AA needs 4\.5:1\./u,
  );
  expect(body).toContain('fill="#0b5cad"');
  expect(textOf((await admin.post("/console/brand/preview", {})).body)).toContain(
    "The colour is that of Tidings.",
  );
});

test.each([
  ["light", "@media not all{"],
  ["dark", "@media all{"],
])("a mail is drawn with it, %s", async (scheme, shown) => {
  const { admin } = await givenTypes(null);
  const { body, headers } = await admin.post("/console/brand/frame", { ...BRAND, scheme });
  expect(headers.get("content-security-policy")).toMatch(/^sandbox allow-popups/u);
  expect(body).toContain(shown);
  expect(body).toContain('<img src="https://shop.example/logo.png" alt="Ada&#39;s shop"');
  expect(body).toContain("1 High Street");
});
