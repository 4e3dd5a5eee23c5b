import { beforeEach, describe, expect, test } from "vitest";
import { MINUTE } from "../../src/lib/clock.ts";
import { type Answer, type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { callerOf } from "./callers.ts";
import { CANARY, HOSTILE, HOSTILE_KEYS } from "./hostile.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { type Call, TABLE } from "./matrix.ts";
import { type Place, put, ROUTES } from "./operations.ts";
import { forgetAll, rowsAbout } from "./stored.ts";
import { givenTarget, type Target } from "./target.ts";
import { pathTo } from "./paths.ts";

const texts = Object.values(HOSTILE_KEYS);

async function call(
  h: Harness,
  route: string,
  { id, query, body, headers }: Call,
  as: Caller,
): Promise<Answer> {
  const [method = "", template = ""] = route.split(" ");
  const path = pathTo(template, id);
  return h.request(method, query === undefined ? path : `${path}?${query}`, {
    as,
    ...(body !== undefined && { body }),
    ...(headers && { headers }),
  });
}

const JSON_TYPE = /^application\/(problem\+)?json/;

/** The harness compares each answer with the document; what else must hold of every one. */
function expectHarmless(h: Harness, what: string, { status, headers }: Answer, type = JSON_TYPE): void {
  expect(status, what).toBeLessThan(500);
  expect(headers.get("content-type"), what).toMatch(type);
  expect(
    [...headers.keys()].filter((name) => /bcc|evil/.test(name)),
    what,
  ).toEqual([]);
  if (status >= 400) expect(h.meter.rowsWritten, what).toBe(0);
}

const createWorld = () =>
  createHarness({
    autoDrain: false,
    vars: { PUSH_LIMIT_PER_HOUR: "100000", EMAIL_LIMIT_PER_HOUR: "100000" },
  });

/** Percent-encoding as a client does it; half a surrogate pair has none. */
const encode = (text: string) => encodeURIComponent(text.toWellFormed());

beforeEach(forgetAll);

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** The members of a bulk have the fields of what can be put alone, where all texts are tried. */
const textsFor = ([list]: Place): [string, string][] =>
  Object.entries(HOSTILE).filter((_, i) => list !== "items" || i < 4);

const withTexts = ROUTES.filter(({ places }) => places.length > 0);

test("hostile texts go into well over a hundred fields", () => {
  expect(withTexts.flatMap(({ places }) => places).length).toBeGreaterThan(100);
  expect(ROUTES.flatMap(({ query }) => query).length).toBeGreaterThan(40);
});

test.each(withTexts)("a text of $route is a text and nothing else", async ({ route, places }) => {
  const h = createWorld();
  const lines = overhear(h);
  const [target, bystander] = [await givenTarget(h), await givenTarget(h)];
  const before = await rowsAbout(bystander);
  const [policy = "", callOf] = TABLE[route]?.[0] ?? [];
  if (callOf === undefined) throw new Error(`The table has no ${route}`);
  for (const place of places)
    for (const [name, text] of textsFor(place)) {
      const right = await callOf(target);
      h.meter.reset();
      const answer = await call(
        h,
        route,
        { ...right, body: put(right.body, place, text) },
        callerOf(policy, target),
      );
      expectHarmless(h, `${name} in ${place.join("/")}`, answer);
      // SQLite holds it in no text; in an object for programs it is an escape.
      if (!isStorable(text) && place.at(-1) !== "member") expect(answer.status, place.join("/")).toBe(400);
      // Five test e-mails an hour.
      h.clock.advance(15 * MINUTE);
    }
  expect(await rowsAbout(bystander)).toEqual(before);
  expectCleanLog(lines, [CANARY, "evil", target.marker]);
});

describe("a filter", () => {
  const filtered = ROUTES.filter(({ query }) => query.length > 0);

  test.each(filtered)("of $route finds what it says, and opens nothing", async ({ route, query }) => {
    const h = createWorld();
    const lines = overhear(h);
    const target = await givenTarget(h);
    const stranger: Caller = { role: "org_admin", sub: mint("caller"), org: target.orgs.elsewhere };
    const before = await rowsAbout(target);
    const [, callOf] = TABLE[route]?.[0] ?? [];
    const { query: _, ...right } = (await callOf?.(target)) ?? {};
    for (const name of query)
      for (const [what, text] of Object.entries(HOSTILE_KEYS)) {
        h.meter.reset();
        const answer = await call(h, route, { ...right, query: `${name}=${encode(text)}` }, stranger);
        expectHarmless(h, `${what} in ${name}`, answer);
        expect(JSON.stringify(answer.body)).not.toContain(target.marker);
      }
    expect(await rowsAbout(target)).toEqual(before);
    expectCleanLog(lines, [CANARY, "evil", target.marker]);
  });
});

test("an id of a path is looked up as it is, by every route", async () => {
  const h = createWorld();
  const lines = overhear(h);
  const target = await givenTarget(h);
  const before = await rowsAbout(target);
  const withId = ROUTES.filter(({ hasParameter }) => hasParameter);
  for (const { route } of withId) {
    const [policy = "", callOf] = TABLE[route]?.[0] ?? [];
    const right = (await callOf?.(target)) ?? {};
    const as = callerOf(policy, target);
    for (const text of texts) {
      // An id like any other to the directory, and for a new topic.
      if (text === "__proto__" && (route.includes("/directory/") || route === "PUT /api/v1/topics/{topic}"))
        continue;
      h.meter.reset();
      const answer = await call(h, route, { ...right, id: encode(text) }, as);
      const isPage = route.includes(" /unsubscribe/");
      expectHarmless(h, `${route} ${text}`, answer, isPage ? /^text\/html/ : JSON_TYPE);
      if (isPage) expect(answer.body, `${route} ${text}`).not.toContain("evil");
      expect([400, 404], `${route} ${text}`).toContain(answer.status);
    }
  }
  expect(await rowsAbout(target)).toEqual(before);
  expectCleanLog(lines, [CANARY, "evil", target.marker]);
});

describe("headers", () => {
  test.each([
    "idempotency-key",
    "prefer",
    "x-d1-bookmark",
    "x-request-id",
    "origin",
    "user-agent",
    "cf-connecting-ip",
  ])("%s is a text and nothing else", async (name) => {
    const h = createWorld();
    const lines = overhear(h);
    const target: Target = await givenTarget(h);
    for (const text of texts.map((one) => one.replaceAll(/[^\x20-\x7e]/g, "?"))) {
      const body = { user_id: target.user, title: "Hello", body: "This is it." };
      const headers = { prefer: "respond-async", [name]: text };
      const answer = await h.request("POST", "/api/v1/notifications", { body, headers });
      expect([201, 202, 400], `${name}: ${text}`).toContain(answer.status);
      expect([...answer.headers.values()].join()).not.toContain(CANARY);
    }
    expectCleanLog(lines, [CANARY, "evil", target.marker]);
  });
});

describe("what is taken comes back as it was", () => {
  const wellFormed = texts.filter(isStorable);

  test("from the dispatch log, a push and a record", async () => {
    const h = createWorld();
    const { push, failed, record } = await givenTarget(h);
    const read = async (path: string) => (await h.request("GET", `/api/v1/${path}`)).body;
    for (const text of wellFormed) {
      await h.request("PUT", `/api/v1/notifications/${push}`, { body: { retry_note: text } });
      expect((await read(`notifications/${push}`)).retry_note).toBe(text);
      const note = { action: "update", note: text };
      await h.request("PUT", `/api/v1/admin/notifications/${failed}`, { body: note });
      expect((await read(`admin/notifications/${failed}`)).data.note).toBe(text);
      await h.request("PUT", `/api/v1/notification-records/${record}`, { body: { notes: text } });
      expect((await read(`notification-records/${record}`)).notes).toBe(text);
    }
  });

  test("and goes to Expo as it was, in a body that is JSON", async () => {
    const h = createWorld();
    const { user } = await givenTarget(h);
    for (const text of wellFormed) {
      const body = { user_id: user, title: text, body: text, data: { [text]: text } };
      const { status } = await h.request("POST", "/api/v1/notifications", {
        body,
        headers: { prefer: "respond-async" },
      });
      expect(status).toBe(202);
    }
    await h.drain();
    const sent = h.expo.accepted.map(({ title, body, data }) => ({ title, body, data }));
    // Of an object's members only `__proto__` is dropped.
    const dataOf = (text: string) => (text === "__proto__" ? {} : { [text]: text });
    expect(sent).toEqual(wellFormed.map((text) => ({ title: text, body: text, data: dataOf(text) })));
  });
});
