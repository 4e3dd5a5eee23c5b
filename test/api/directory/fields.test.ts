import { expect, test } from "vitest";
import { createHarness, mint } from "../../support/harness.ts";

const h = createHarness();
const put = (collection: "users" | "orgs", body: unknown) =>
  h.request("PUT", `/api/v1/directory/${collection}/${mint("x")}`, { body });

test("a user of whom nothing is said has nulls, and an address that is not verified", async () => {
  const { status, body } = await put("users", {});
  const at = new Date(h.clock.now()).toISOString();
  expect(status).toBe(201);
  expect(body).toEqual({
    id: body.id,
    org_id: null,
    name: null,
    email: null,
    email_verified: false,
    phone: null,
    phone_verified: false,
    locale: null,
    timezone: null,
    created_at: at,
    updated_at: at,
  });
});

test("a put replaces the whole user: what it leaves out is gone", async () => {
  const path = `/api/v1/directory/users/${mint("usr")}`;
  await h.request("PUT", path, { body: { name: "Kari", email: "kari@example.com", email_verified: true } });
  const replaced = await h.request("PUT", path, { body: { name: "Kari" } });
  expect(replaced).toMatchObject({ status: 200, body: { name: "Kari", email: null, email_verified: false } });
});

test("an organization needs a name, and has no parent by default", async () => {
  expect(await put("orgs", { name: "Org" })).toMatchObject({
    status: 201,
    body: { name: "Org", parent_id: null },
  });
  const refused = await put("orgs", { parent_id: null });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: "/name" }] } });
});

test.each([
  ["email", "kari@EXAMPLE.Com", "kari@example.com"],
  ["email", "Kari.N+tag@example.com", "Kari.N+tag@example.com"],
  ["email", "a&b@example.com", "a&b@example.com"],
  ["email", "kari@Bücher.example", "kari@xn--bcher-kva.example"],
  ["email", "用户@例え.テスト", "用户@xn--r8jz45g.xn--zckzah"],
  ["locale", "nb-no", "nb-NO"],
  ["locale", "nb_NO", "nb-NO"],
  ["locale", "pt_BR", "pt-BR"],
  ["locale", "zh-hant-tw", "zh-Hant-TW"],
  ["timezone", "Europe/Oslo", "Europe/Oslo"],
  ["timezone", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["timezone", "UTC", "UTC"],
  ["name", "Ødegård 😀", "Ødegård 😀"],
  ["name", "a".repeat(200), "a".repeat(200)],
  ["phone", "+47 400 00 000", "+4740000000"],
  ["phone", " +44 (0)20 7946-0018 ".trim(), "+442079460018"],
  // Not in international form, an extension, or no number at all: kept, and nothing is sent there.
  ["phone", "400 00 000", "400 00 000"],
  ["phone", "+47 400 00 000 ext. 7", "+47 400 00 000 ext. 7"],
  ["phone", "+47", "+47"],
  ["phone", "ask at the desk", "ask at the desk"],
])("a user's %s %j is kept as %j", async (field, given, kept) => {
  expect(await put("users", { [field]: given })).toMatchObject({ status: 201, body: { [field]: kept } });
});

test.each([
  ["users", "org_id", ["", "a b", "ø", "a".repeat(129), 1, {}]],
  ["users", "name", ["", "a".repeat(201), "a\0b", "\ud800", 1, []]],
  [
    "users",
    "email",
    [
      ...["", "kari", "kari@", "@example.com", "a b@example.com", "kari@example", "kari@127.0.0.1"],
      ...["Kari <kari@example.com>", "kari@example.com,ola@example.com", "a..b@example.com"],
      ...[`${"a".repeat(65)}@x.no`, `${"a".repeat(250)}@x.no`, 1],
    ],
  ],
  ["users", "email_verified", ["true", 1, null]],
  ["users", "phone", ["", "1".repeat(41), "\0", 4740000000]],
  ["users", "locale", ["", "nb__NO", "norsk bokmål", " nb", "x".repeat(65), 1]],
  ["users", "timezone", ["", "Mars/Base", "+05:30", "CET+1", "x".repeat(10_000), 1]],
  ["orgs", "name", ["", "a".repeat(201), "a\0b", "\udfff", null, 1]],
  ["orgs", "parent_id", ["", "a b", "a".repeat(129), 1, false]],
] as const)("%s: a wrong %s is refused and named", async (collection, field, values) => {
  for (const value of values) {
    const refused = await put(collection, { name: "Name", [field]: value });
    expect(refused.status, JSON.stringify(value)).toBe(400);
    const pointers = refused.body.errors.map((error: { pointer: string }) => error.pointer);
    expect(new Set(pointers)).toEqual(new Set([`/${field}`]));
  }
});

test("a grant's link is kept in its normal form, and refused where no mail would show it", async () => {
  const at = `/api/v1/directory/grants/${mint("grant")}`;
  const put = (url: string) => h.request("PUT", at, { body: { title: "Fund", url } });
  expect((await put("https://Grants.example/ø?q=å")).body.url).toBe("https://grants.example/%C3%B8?q=%C3%A5");
  const refused = [
    "",
    "x",
    "//a.example",
    "ftp://a.example",
    "javascript:alert(1)",
    "https://bank.example@evil.example/",
  ];
  for (const url of [...refused, `https://a.example/${"ø".repeat(400)}`])
    expect(await put(url), url).toMatchObject({ status: 400, body: { errors: [{ pointer: "/url" }] } });
});

test("all wrong fields are named at once", async () => {
  const refused = await put("users", { email: "x", locale: "-", timezone: "-", phone: "" });
  expect(refused.body.errors.map((error: { pointer: string }) => error.pointer).toSorted()).toEqual([
    "/email",
    "/locale",
    "/phone",
    "/timezone",
  ]);
});
