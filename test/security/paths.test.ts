import { beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { forgetAll, rowsAbout } from "./stored.ts";
import { givenTarget, type Target } from "./target.ts";

const BASE = "/api/v1/notifications/device-tokens";

interface Spelling {
  /** As a client sends it behind the path. */
  sent: (token: string) => string;
  /** 200: it is the token. 404 or 400: it is not. */
  status: 200 | 400 | 404;
}

const hex = (text: string, lower = false) =>
  [...new TextEncoder().encode(text)]
    .map((byte) => `%${lower ? byte.toString(16) : byte.toString(16).toUpperCase()}`)
    .join("");

/** Ways to write a token in a path. One decoding is done, neither none nor two. */
const SPELLINGS: Record<string, Spelling> = {
  "as it is": { sent: (t) => t, status: 200 },
  "percent-encoded": { sent: encodeURIComponent, status: 200 },
  "brackets in small letters": { sent: (t) => t.replace("[", "%5b").replace("]", "%5d"), status: 200 },
  "every letter encoded": { sent: (t) => hex(t, true), status: 200 },
  "a query behind it": { sent: (t) => `${t}?user_id=someone&token=other`, status: 400 },
  "encoded twice": { sent: (t) => encodeURIComponent(encodeURIComponent(t)), status: 404 },
  "encoded three times": {
    sent: (t) => encodeURIComponent(encodeURIComponent(encodeURIComponent(t))),
    status: 404,
  },
  "a slash behind it": { sent: (t) => `${t}/`, status: 404 },
  "an encoded slash behind it": { sent: (t) => `${t}%2F`, status: 404 },
  "an encoded slash before it": { sent: (t) => `%2F${t}`, status: 404 },
  "a twice encoded slash before it": { sent: (t) => `%252F${t}`, status: 404 },
  "a backslash before it": { sent: (t) => `%5C${t}`, status: 404 },
  "a way up, encoded": { sent: (t) => `..%2Fdevice-tokens%2F${t}`, status: 404 },
  "a way up, encoded twice": { sent: (t) => `%252e%252e%252f${t}`, status: 404 },
  "a way up in overlong UTF-8": { sent: (t) => `%c0%ae%c0%ae%c0%af${t}`, status: 404 },
  "a blank behind it": { sent: (t) => `${t}%20`, status: 404 },
  "a plus behind it": { sent: (t) => `${t}+`, status: 404 },
  "a NUL behind it": { sent: (t) => `${t}%00`, status: 404 },
  "a NUL and another ending": { sent: (t) => `${t}%00.json`, status: 404 },
  "a line feed behind it": { sent: (t) => `${t}%0a`, status: 404 },
  "a semicolon behind it": { sent: (t) => `${t};a=b`, status: 404 },
  "half an escape": { sent: (t) => `${t}%`, status: 404 },
  "an escape that is none": { sent: (t) => `${t}%zz`, status: 404 },
  "UTF-8 that is none": { sent: (t) => `${t}%ff%fe`, status: 404 },
  "UTF-16 escapes": { sent: (t) => t.replace("[", "%u005B"), status: 404 },
  "full-width brackets": { sent: (t) => t.replace("[", "%EF%BC%BB").replace("]", "%EF%BC%BD"), status: 404 },
  "in capitals": { sent: (t) => t.toUpperCase(), status: 404 },
  "an SQL wildcard": { sent: () => "ExponentPushToken[%25]", status: 404 },
  "an SQL condition": { sent: () => encodeURIComponent("' OR 1=1 --"), status: 404 },
  "4,097 characters": { sent: (t) => `${t}${"x".repeat(4_097 - t.length)}`, status: 400 },
  "4,097 characters of three bytes each": { sent: () => hex("€".repeat(4_097)), status: 400 },
  "eight thousand characters": { sent: () => "x".repeat(8_000), status: 400 },
  "eight thousand escapes": { sent: () => "%41".repeat(8_000), status: 400 },
  "an empty one": { sent: () => "", status: 404 },
  "a blank alone": { sent: () => "%20", status: 404 },
};

const remove = (h: Harness, text: string, as: Caller) => h.request("DELETE", `${BASE}/${text}`, { as });

const isAlive = async (target: Target) =>
  (await rowsAbout(target)).some(
    (row) => row.startsWith("device_tokens") && row.includes('"invalidated_at":null'),
  );

beforeEach(forgetAll);

describe("a device token in a path, written with", () => {
  test.each(Object.entries(SPELLINGS))("%s", async (_, { sent, status }) => {
    const h = createHarness({ autoDrain: false });
    const lines = overhear(h);
    const target = await givenTarget(h);
    const text = sent(target.token);
    const stranger: Caller = { role: "user", sub: mint("usr") };
    expect((await remove(h, text, stranger)).status).toBe(status === 400 ? 400 : 404);
    expect(await isAlive(target)).toBe(true);

    const answer = await remove(h, text, { role: "user", sub: target.user });
    expect(answer.status).toBe(status);
    expect(await isAlive(target)).toBe(status !== 200);
    expectCleanLog(lines, [target.marker, text === "" ? target.token : text]);
  });

  test("dots, which every URL parser resolves, leads to another route and not to the token's", async () => {
    const h = createHarness({ autoDrain: false });
    const target = await givenTarget(h);
    const as: Caller = { role: "user", sub: target.user };
    const before = await rowsAbout(target);
    // DELETE /api/v1/notifications/{id} is for admins.
    for (const text of ["..", "%2e%2e", ".%2E", `../${target.push}`, `%2e%2e/${target.push}`])
      expect([403, 404], text).toContain((await remove(h, text, as)).status);
    for (const text of ["../../admin/notifications", "..%2f..%2fadmin", "%2e%2e/%2e%2e/directory/users"])
      expect([403, 404], text).toContain((await remove(h, `${text}/${target.user}`, as)).status);
    expect(await rowsAbout(target)).toEqual(before);
  });
});

describe("a guarded route, written otherwise,", () => {
  const VARIANTS = [
    "//api/v1/directory/users/",
    "/api//v1/directory/users/",
    "/api/v1/directory//users/",
    "/./api/v1/directory/users/",
    "/api/v1/x/../directory/users/",
    "/api/v1/x/%2e%2e/directory/users/",
    "/api/v1/directory/%75sers/",
    "/api/v1/%64irectory/users/",
    "/%61pi/v1/directory/users/",
    "/api%2Fv1%2Fdirectory%2Fusers%2F",
    "/api\\v1\\directory\\users\\",
    "/API/v1/directory/users/",
    "/api/v1/Directory/users/",
    "/docs/../api/v1/directory/users/",
    "/docs/..%2Fapi%2Fv1%2Fdirectory%2Fusers%2F",
    "/unsubscribe/../api/v1/directory/users/",
    "/api/v1/directory/users;x=y/",
    "/api/v1/directory/users%00/",
  ];

  test.each(VARIANTS)("%s, is guarded as well, or nothing", async (path) => {
    const h = createHarness({ autoDrain: false });
    const target = await givenTarget(h);
    const app = createApp(() => h.deps);
    for (const method of ["GET", "HEAD", "DELETE"]) {
      const url = `http://tidings.test${path}${target.user}`;
      const response = await app.fetch(new Request(url, { method }), h.deps.bindings);
      expect([401, 404, 405], method).toContain(response.status);
      expect(await response.text()).not.toContain(target.marker);
    }
    expect(await isAlive(target)).toBe(true);
  });

  test("with another method in a header or the query keeps its own", async () => {
    const h = createHarness({ autoDrain: false });
    const target = await givenTarget(h);
    const before = await rowsAbout(target);
    const as: Caller = { role: "user", sub: target.user };
    const headers = {
      "x-http-method-override": "DELETE",
      "x-method-override": "DELETE",
      "x-http-method": "PUT",
    };
    const push = `/api/v1/notifications/${target.push}`;
    expect((await h.request("GET", push, { as, headers })).status).toBe(200);
    expect((await h.request("GET", `${push}?_method=DELETE`, { as, headers })).status).toBe(400);
    const rewritten = {
      "x-original-url": "/healthz",
      "x-rewrite-url": "/healthz",
      "x-forwarded-prefix": "/healthz",
    };
    const path = `/api/v1/directory/users/${target.user}`;
    expect((await h.request("GET", path, { as: null, headers: rewritten })).status).toBe(401);
    expect(await rowsAbout(target)).toEqual(before);
  });

  test("asked for with HEAD needs the token that GET needs", async () => {
    const h = createHarness({ autoDrain: false, vars: { OPEN_CONTRACTS: "" } });
    for (const path of [
      "notifications",
      "admin/notifications",
      "inbox",
      "notification-records",
      "stats-notifications",
    ])
      expect((await h.request("HEAD", `/api/v1/${path}`, { as: null })).status, path).toBe(401);
  });
});

test.each([
  "..%2f..%2fpackage.json",
  "%2e%2e%2fwrangler.toml",
  "package.json",
  "index.html",
  "swagger-ui.css%00",
  "SWAGGER-UI.CSS",
  "swagger-ui.css%2f..",
])("of the reference's files %s is not handed out", async (file) => {
  const h = createHarness({ autoDrain: false });
  expect((await h.request("GET", `/docs/reference/${file}`, { as: null })).status).toBe(404);
});

test("the reference's folder above is the home page, which hands out nothing", async () => {
  const h = createHarness({ autoDrain: false });
  const { status, body, headers } = await h.request("GET", "/docs/..", { as: null });
  expect([status, body, headers.get("location")]).toEqual([302, "", "/docs"]);
});
