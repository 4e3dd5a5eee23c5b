import { describe, expect, test } from "vitest";
import { createTidings, each, TidingsError } from "../../src/client/index.ts";
import { pauseBefore, retryAfterMs } from "../../src/client/retry.ts";
import { createHarness, mint } from "../support/harness.ts";
import { openApi } from "../support/openapi.ts";
import { givenUser } from "../support/world.ts";
import { clientOf, faulty, sendTo } from "./world.ts";

const tooMany = (seconds = "0") => new Response("{}", { status: 429, headers: { "retry-after": seconds } });
const broken = (status: number) =>
  new Response("<html>", { status, headers: { "retry-after": "0", "content-type": "text/html" } });
const keyIn = ({ headers }: RequestInit) => new Headers(headers).get("idempotency-key");
const aPush = (user_id: string) => ({ user_id, title: "Hello", body: "This is it." });

/** What a promise is rejected with. */
const failureOf = async (promise: Promise<unknown>): Promise<TidingsError> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TidingsError)) throw new Error("It did not fail as a client's call does");
  return error;
};

test("there is a method for each operation that a program calls, and it asks for that operation", async () => {
  const { paths } = await openApi();
  const asked: string[] = [];
  const client = createTidings({
    url: "https://tidings.test/",
    fetch: async (url, { method }) => {
      asked.push(`${method} ${decodeURIComponent(new URL(url).pathname)}`);
      return Response.json({});
    },
  });
  const expected: string[] = [];
  for (const [path, methods] of Object.entries(paths))
    for (const method of Object.keys(methods))
      if (!path.startsWith("/unsubscribe/") && path !== "/api/v1/inbox/live")
        expected.push(`${method.toUpperCase()} ${path.replaceAll(/\{[^}]+\}/g, "a/b c")}`);
  const { call: _, ...byName } = client;
  // Path parameters come first, whatever follows them is left out.
  for (const method of Object.values<(...given: string[]) => Promise<unknown>>(Object(byName)))
    await method("a/b c", "a/b c", "a/b c");
  expect(asked.toSorted()).toEqual(expected.toSorted());
});

describe("the client and the service", () => {
  test("send, read and find a push, with the types of the reference", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const tidings = clientOf(h);
    const push = await tidings.sendPush(aPush(id));
    const status: "queued" | "sending" | "sent" | "failed" | "cancelled" | "retried" | "resolved" =
      push.status;
    expect(status).toBe("sent");
    expect((await tidings.getPush(push.id)).device_tokens.length).toBe(1);
    const { data, pagination } = await tidings.listPushes({ user_id: id, status: "sent" });
    expect([data.map((one) => one.id), pagination.total]).toEqual([[push.id], 1]);
  });

  test("go on from page to page, one request for each, until the end or until the loop is left", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const { seen, fetch } = faulty(sendTo(h), []);
    const tidings = clientOf(h, { role: "user", sub: id }, { fetch });
    for (let n = 0; n < 5; n += 1)
      await clientOf(h).sendPush({ ...aPush(id), title: `No. ${n}`, channels: ["in_app"] });
    const titles: string[] = [];
    for await (const { title } of each(tidings.listInbox, { limit: 2 })) titles.push(title);
    expect(titles.toSorted()).toEqual(["No. 0", "No. 1", "No. 2", "No. 3", "No. 4"]);
    expect(seen.length).toBe(3);
    for await (const { title } of each(tidings.listInbox, { limit: 2 })) if (title !== "") break;
    expect(seen.length).toBe(4);
  });

  test("also through the list that has a form of its own", async () => {
    const h = createHarness({ vars: { EMAIL_PROVIDERS: "ses" } });
    const { id } = await givenUser(h, { email: `${mint("to")}@example.com` });
    const tidings = clientOf(h, { role: "user", sub: id });
    for (let n = 0; n < 3; n += 1) await tidings.sendTestEmail({});
    const found: string[] = [];
    for await (const email of each(tidings.listEmails, { page_size: 1 })) found.push(email.id);
    expect(new Set(found).size).toBe(3);
  });

  test("say what is wrong with a request, field by field", async () => {
    const error = await failureOf(clientOf(createHarness()).sendPush({ user_id: "u 1", title: "Hello" }));
    expect([error.status, error.code, error.name]).toEqual([400, "invalid_request", "TidingsError"]);
    expect(error.errors.map(({ pointer }) => pointer)).toEqual(["/user_id", "/body"]);
    expect(error.requestId).toMatch(/./);
    expect(error.message).toContain("`errors` names each");
  });

  test("say that a token has expired, or is missing", async () => {
    const h = createHarness();
    const expired = clientOf(h, undefined, { token: "a.b.c" });
    expect((await failureOf(expired.listPushes())).code).toMatch(/^token_/);
    const nobody = createTidings({ url: "https://tidings.test", fetch: sendTo(h) });
    expect(await failureOf(nobody.listInbox())).toMatchObject({ status: 401, code: "unauthorized" });
  });

  test("do not wait longer than they may: a limit that lasts an hour is told at once", async () => {
    const h = createHarness({ vars: { EMAIL_PROVIDERS: "ses" } });
    const { id } = await givenUser(h, { email: `${mint("to")}@example.com` });
    const tidings = clientOf(h, { role: "user", sub: id });
    for (let n = 0; n < 5; n += 1) await tidings.sendTestEmail({});
    const error = await failureOf(tidings.sendTestEmail({}));
    expect([error.status, error.code]).toEqual([429, "rate_limited"]);
    expect(error.retryAfterMs).toBeGreaterThan(60_000);
  });
});

describe("what is tried again", () => {
  test("too many requests, after the time that the service asks for, with the same key: one push comes of it", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const { fetch, seen } = faulty(sendTo(h), [tooMany("1"), tooMany()]);
    const started = Date.now();
    await clientOf(h, undefined, { fetch }).sendPush(aPush(id));
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
    expect(seen.length).toBe(3);
    expect(new Set(seen.map(keyIn)).size).toBe(1);
    expect(keyIn(seen[0] ?? {})).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("an answer that was lost on the way: the service knows the key, and sends no second push", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const send = sendTo(h);
    let lost = 0;
    const tidings = clientOf(h, undefined, {
      fetch: async (url, init) => {
        const answer = await send(url, init);
        if (lost++ === 0) throw new TypeError("fetch failed");
        return answer;
      },
    });
    const push = await tidings.sendPush(aPush(id));
    expect([push.status, lost]).toEqual(["sent", 2]);
    expect((await tidings.listPushes({ user_id: id })).pagination.total).toBe(1);
    expect(h.expo.requests.length).toBe(1);
  });

  test("a POST that takes no key only where it was surely not carried out", async () => {
    const h = createHarness();
    const body = { url: `https://hooks.example.com/${mint("hook")}` };
    const away = faulty(sendTo(h), [broken(503)]);
    const failed = clientOf(h, undefined, { fetch: away.fetch }).createWebhookEndpoint(body);
    expect(await failureOf(failed)).toMatchObject({ status: 503, code: "unreadable", problem: null });
    expect(away.seen.map(keyIn)).toEqual([null]);
    const busy = faulty(sendTo(h), [tooMany()]);
    const made = await clientOf(h, undefined, { fetch: busy.fetch }).createWebhookEndpoint(body);
    expect([made.url, busy.seen.length]).toEqual([body.url, 2]);
  });

  test("no more often than it should be, and nothing that is wrong", async () => {
    const h = createHarness();
    const away = faulty(sendTo(h), [502, 503, 504].map(broken));
    expect(
      await failureOf(clientOf(h, undefined, { fetch: away.fetch, retries: 2 }).listPushes()),
    ).toMatchObject({
      status: 504,
    });
    expect(away.seen.length).toBe(3);
    const wrong = faulty(sendTo(h), []);
    await failureOf(clientOf(h, undefined, { fetch: wrong.fetch }).getPush("notif_none"));
    expect(wrong.seen.length).toBe(1);
  });

  test("with a token that is asked for anew", async () => {
    const h = createHarness();
    const { fetch, seen } = faulty(sendTo(h), [tooMany()]);
    let asked = 0;
    const fresh = () => `token-${(asked += 1)}`;
    await failureOf(clientOf(h, undefined, { fetch, token: fresh }).listPushes());
    expect(seen.map(({ headers }) => new Headers(headers).get("authorization"))).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });

  test("not when its caller has given up, nor without end when nothing answers", async () => {
    const never = (_: string, { signal }: RequestInit) =>
      new Promise<Response>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    const late = createTidings({ url: "https://tidings.test", fetch: never, timeoutMs: 20, retries: 0 });
    const error = await failureOf(late.listPushes());
    expect([error.status, error.code, String(error.cause)]).toEqual([
      null,
      "unreachable",
      "Error: No answer within 20 ms",
    ]);
    const given = new AbortController();
    const waiting = createTidings({ url: "https://tidings.test", fetch: never }).listPushes(undefined, {
      signal: given.signal,
    });
    given.abort(new Error("I have gone"));
    await expect(waiting).rejects.toThrow("I have gone");
    // Also in the pause before a further attempt.
    const later = new AbortController();
    const { fetch, seen } = faulty(never, [tooMany("50")]);
    const pausing = createTidings({ url: "https://tidings.test", fetch }).listPushes(undefined, {
      signal: later.signal,
    });
    setTimeout(() => later.abort(new Error("I have gone, too")), 50);
    await expect(pausing).rejects.toThrow("I have gone, too");
    expect(seen.length).toBe(1);
  });

  test("after pauses that grow, and differ from client to client", () => {
    const failed = { status: 500, retryAfterMs: null };
    const pauses = Array.from({ length: 200 }, (_, n) => pauseBefore(failed, n % 10, true) ?? -1);
    for (const [n, pause] of pauses.entries()) {
      const longest = Math.min(500 * 2 ** (n % 10), 20_000);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    }
    expect(new Set(pauses).size).toBeGreaterThan(100);
    expect(pauseBefore({ status: 400, retryAfterMs: null }, 0, true)).toBe(null);
  });

  test.each([
    ["120", 120_000],
    ["Thu, 26 Mar 2026 08:00:10 GMT", 10_000],
    ["Thu, 26 Mar 2026 07:00:00 GMT", 0],
    ["soon", null],
    [null, null],
  ])("Retry-After: %s", (header, expected) => {
    expect(retryAfterMs(header, Date.UTC(2026, 2, 26, 8))).toBe(expected);
  });
});
