import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { type Caller, createHarness, type Harness, mint, tokenFor } from "../support/harness.ts";
import { browserWith, cookiesOf, signIn, textOf } from "./browser.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm_1" };

const signInWith = (h: Harness, token: string, next = "") =>
  browserWith(h, "").post("/console/sign-in", { token, next });
/** As a browser does when a person opens a link. */
const open = (h: Harness, path: string) => browserWith(h, "").get(path, { "sec-fetch-site": "none" });
const ticketFor = async (h: Harness, caller: Caller, tokenMs = HOUR) => {
  const token = await tokenFor(caller, h.clock.now() + tokenMs - HOUR);
  const { status, body } = await h.request("POST", "/api/v1/console/tickets", {
    as: null,
    headers: { authorization: `Bearer ${token}` },
  });
  expect(status).toBe(201);
  return { path: `/console/sign-in${new URL(body.url).search}`, expiresAt: body.expires_at };
};

test("without a session every page leads to where one signs in, and back", async () => {
  const h = createHarness();
  const { status, headers } = await browserWith(h, "").get("/console/messages?status=failed");
  expect([status, headers.get("location")]).toEqual([
    303,
    "/console/sign-in?next=%2Fconsole%2Fmessages%3Fstatus%3Dfailed",
  ]);
  const byHtmx = await browserWith(h, "").get("/console", { "hx-request": "true" });
  expect([byHtmx.status, byHtmx.headers.get("hx-retarget")]).toEqual([200, "#session"]);
  expect(textOf(byHtmx.body)).toContain("Your session is over. Sign in in a new tab");
});

test("a form that is sent after the session's end is kept, and can be sent again", async () => {
  const h = createHarness();
  const path = "/console/messages/1/note?a=b";
  const typed = '</textarea><script>alert(1)</script> "x" & y';
  const { status, body } = await browserWith(h, "").post(path, { note: typed, channels: ["push", "email"] });
  expect(status).toBe(401);
  expect(body).toContain('action="/console/messages/1/note?a=b"');
  expect(body).not.toContain("<script>alert(1)");
  const fields = [...String(body).matchAll(/<textarea name="(\w+)" hidden="">([\s\S]*?)<\/textarea>/gu)];
  expect(fields.map(([, name, value]) => [name, textOf(value)])).toEqual([
    ["note", typed],
    ["channels", "push"],
    ["channels", "email"],
  ]);
});

describe("a token", () => {
  test("makes a session that a script cannot read and another site cannot send", async () => {
    const h = createHarness();
    const answer = await signInWith(h, await tokenFor(ADMIN, h.clock.now()), "/console/people?q=a");
    expect(answer.headers.get("location")).toBe("/console/people?q=a");
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^tidings-session=.+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/u);
    const page = await browserWith(h, cookiesOf(answer)).get("/console");
    expect(page.status).toBe(200);
    expect(textOf(page.body)).toContain("adm_1");
  });

  test.each(["user", "coordinator"] as const)("of a %s is refused", async (role) => {
    const h = createHarness();
    const answer = await signInWith(h, await tokenFor({ role }, h.clock.now()));
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
    expect(textOf(answer.body)).toContain(`the token's role is ${role}`);
  });

  test("that is not valid is refused with the reason, and is not shown again", async () => {
    const h = createHarness();
    const answer = await signInWith(h, "<script>alert(1)</script>");
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []]);
    expect(answer.body).not.toContain("alert(1)");
  });

  test.each([
    "https://evil.example",
    "//evil.example",
    "/console/../api",
    "/console//evil.example",
    "/api/v1",
  ])("leads nowhere but to the console: %s", async (next) => {
    const h = createHarness();
    const { headers } = await signInWith(h, await tokenFor(ADMIN, h.clock.now()), next);
    expect(new URL(headers.get("location") ?? "", "http://t.test").href).toMatch(
      /^http:\/\/t\.test\/(console|api$)/u,
    );
  });
});

describe("a session", () => {
  test("ends with its token, and after eight hours at the latest", async () => {
    const h = createHarness();
    const short = await signIn(h, ADMIN);
    h.clock.advance(59 * MINUTE);
    expect((await short.get("/console")).status).toBe(200);
    h.clock.advance(2 * MINUTE);
    expect((await short.get("/console")).status).toBe(303);
    const answer = await signInWith(h, await tokenFor(ADMIN, h.clock.now() + 99 * HOUR));
    const long = browserWith(h, cookiesOf(answer));
    h.clock.advance(8 * HOUR - MINUTE);
    expect((await long.get("/console")).status).toBe(200);
    h.clock.advance(2 * MINUTE);
    expect((await long.get("/console")).status).toBe(303);
  });

  test("is signed with a secret of its own: no token, ticket or changed cookie is one", async () => {
    const h = createHarness();
    const { cookie } = await signIn(h, { role: "org_admin", sub: "adm_2", org: "org_1" });
    const [name = "", value = ""] = cookie.split("=");
    const [head, body = "", mac] = value.split(".");
    const claims = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
    const forged = btoa(JSON.stringify({ ...claims, role: "global_admin", org_id: null }))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    const ticket = new URLSearchParams((await ticketFor(h, ADMIN)).path.split("?")[1]).get("ticket") ?? "";
    for (const other of [
      `${head}.${forged}.${mac}`,
      await tokenFor(ADMIN, h.clock.now()),
      ticket,
      `${value}x`,
      "",
    ])
      expect((await browserWith(h, `${name}=${other}`).get("/console")).status).toBe(303);
    expect((await browserWith(h, cookie).get("/console")).status).toBe(200);
  });

  test("outlives a change of LINK_SECRET, as links do", async () => {
    const former = "the-former-secret-the-former-secret-1";
    const { cookie } = await signIn(createHarness({ vars: { LINK_SECRET: former } }), ADMIN);
    const after = createHarness({ vars: { LINK_SECRET_PREVIOUS: former } });
    expect((await browserWith(after, cookie).get("/console")).status).toBe(200);
    expect((await browserWith(createHarness(), cookie).get("/console")).status).toBe(303);
  });

  test("ends when its person signs out", async () => {
    const h = createHarness();
    const browser = await signIn(h, ADMIN);
    const { headers } = await browser.post("/console/sign-out");
    expect(headers.getSetCookie()[0]).toMatch(/^tidings-session=; Max-Age=0/u);
  });
});

describe("a ticket", () => {
  test("signs in as its caller, once", async () => {
    const h = createHarness();
    const org = mint("org");
    const { path } = await ticketFor(h, { role: "org_admin", sub: "adm_3", org });
    const first = await open(h, path);
    expect([first.status, first.headers.get("location")]).toEqual([303, "/console"]);
    const page = await browserWith(h, cookiesOf(first)).get("/console");
    expect(textOf(page.body)).toContain(`org_admin of ${org}`);
    const second = await open(h, path);
    expect([second.status, second.headers.getSetCookie()]).toEqual([401, []]);
  });

  test("signs in although the answer of D1 was lost", async () => {
    const h = createHarness();
    const { path } = await ticketFor(h, ADMIN);
    h.meter.failNext("after");
    expect((await open(h, path)).status).toBe(303);
  });

  const PRODUCTION = { ENVIRONMENT: "production", PUBLIC_URL: "https://t.example" };

  test("is valid for five minutes, on a development machine for twelve hours, and no longer than the token", async () => {
    for (const [vars, ms, tokenMs] of [
      [{}, 12 * HOUR, 24 * HOUR],
      [{}, HOUR, HOUR],
      [PRODUCTION, 5 * MINUTE, HOUR],
    ] as const) {
      const h = createHarness({ vars });
      const { path, expiresAt } = await ticketFor(h, ADMIN, tokenMs);
      expect(Date.parse(expiresAt)).toBe(h.clock.now() + ms);
      h.clock.advance(ms + MINUTE);
      expect((await open(h, path)).status).toBe(401);
    }
  });

  test.each(["cross-site", "same-site", ""])(
    "is not used before one agrees, when Sec-Fetch-Site is '%s'",
    async (site) => {
      const h = createHarness();
      const { path } = await ticketFor(h, ADMIN);
      const asked = await browserWith(h, "").get(path, { "sec-fetch-site": site });
      expect([asked.status, asked.headers.getSetCookie()]).toEqual([200, []]);
      const ticket = new URLSearchParams(path.split("?")[1]).get("ticket") ?? "";
      expect(asked.body).toContain(`name="ticket" value="${ticket}"`);
      const agreed = await browserWith(h, "").post("/console/sign-in", { ticket });
      expect([agreed.status, agreed.headers.get("location")]).toEqual([303, "/console"]);
      expect((await browserWith(h, cookiesOf(agreed)).get("/console")).status).toBe(200);
    },
  );

  test.each(["user", "coordinator"] as const)("is not for a %s", async (role) => {
    expect((await createHarness().request("POST", "/api/v1/console/tickets", { as: { role } })).status).toBe(
      403,
    );
  });
});

describe("a form", () => {
  test.each([
    ["another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    ["a sister domain", { "sec-fetch-site": "same-site", origin: "https://other.tidings.test" }],
    ["a sandboxed frame", { "sec-fetch-site": "cross-site", origin: "null" }],
    ["nobody knows where", { "sec-fetch-site": "" }],
    ["another site as JSON", { "sec-fetch-site": "cross-site", "content-type": "application/json" }],
    ["a typed address", { "sec-fetch-site": "none" }],
  ])("from %s is refused", async (_, headers) => {
    const h = createHarness();
    const browser = await signIn(h, ADMIN);
    const answer = await browser.post("/console/sign-out", {}, headers);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
  });

  test("from a browser without Sec-Fetch-Site counts by its origin", async () => {
    const h = createHarness();
    const browser = await signIn(h, ADMIN);
    const headers = { "sec-fetch-site": "", origin: "http://tidings.test" };
    expect((await browser.post("/console/sign-out", {}, headers)).status).toBe(303);
  });

  test("that is too large is refused", async () => {
    const browser = await signIn(createHarness(), ADMIN);
    expect((await browser.post("/console/sign-out", { a: "x".repeat(300_000) })).status).toBe(413);
  });

  test("that is too large is refused where one signs in, too", async () => {
    const browser = browserWith(createHarness(), "");
    expect((await browser.post("/console/sign-in", { token: "x".repeat(300_000) })).status).toBe(413);
  });

  test.each(["application/json", "multipart/form-data", "multipart/form-data; boundary=x", ""])(
    "whose body is no form is refused with or without a session, and is no fault of ours: %j",
    async (type) => {
      const h = createHarness();
      const headers = { "content-type": type };
      const stranger = await browserWith(h, "").post("/console/sign-in", { token: "a" }, headers);
      expect(stranger.status).toBe(400);
      const browser = await signIn(h, ADMIN);
      const { status, body } = await browser.post("/console/people/search", { q: "kari" }, headers);
      expect([status, textOf(body)]).toEqual([400, expect.stringContaining("The body is not a form")]);
      expect(h.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    },
  );
});

test("who signs in is in the audit log, once", async () => {
  const h = createHarness();
  const sub = mint("adm");
  await signIn(h, { ...ADMIN, sub });
  const { path } = await ticketFor(h, { ...ADMIN, sub });
  h.meter.failNext("after");
  await open(h, path);
  await open(h, path);
  const { results } = await env.DB.prepare("SELECT action, target FROM audit_log WHERE actor = ?")
    .bind(`global_admin:${sub}`)
    .all();
  expect(results).toEqual(Array(2).fill({ action: "console.sign_in", target: sub }));
});

test("pages run no script but ours, and nobody may frame or keep them", async () => {
  const { headers, body } = await (await signIn(createHarness(), ADMIN)).get("/console");
  expect(headers.get("content-security-policy")).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("referrer-policy")).toBe("same-origin");
  expect(body).not.toMatch(/<style|style="|\son[a-z]+="|<script(?![^>]+src="\/console\/assets\/)/u);
});

test("assets may be kept for a year, because their addresses change with them", async () => {
  const h = createHarness();
  const { body } = await (await signIn(h, ADMIN)).get("/console");
  const links = [...String(body).matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/gu)].map(
    ([, one]) => one ?? "",
  );
  expect(links).toHaveLength(4);
  for (const link of links) {
    const { status, headers } = await browserWith(h, "").get(link);
    expect([link, status, headers.get("cache-control")]).toEqual([
      link,
      200,
      "public, max-age=31536000, immutable",
    ]);
  }
  expect((await browserWith(h, "").get("/console/assets/package.json")).status).toBe(404);
});

test("a page that is not there is told within the console", async () => {
  const { status, body } = await (await signIn(createHarness(), ADMIN)).get("/console/nothing");
  expect(status).toBe(404);
  expect(textOf(body)).toContain("There is no such page.");
});
