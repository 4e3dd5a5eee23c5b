import { beforeEach, describe, expect, it } from "vitest";
import { createResendProvider, requestKey } from "../../../src/channels/email/providers/resend/index.ts";
import { createResendSandbox, RESEND_KEY, resendError } from "../../support/sandbox/resend.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { anEmail, createTestClock, gist, NOW, short, shorts, someEmails, words } from "./fixtures.ts";

const sandbox = createResendSandbox({ now: () => NOW });
const clock = createTestClock();
const options = {
  fetch: sandbox.fetch,
  clock,
  apiKey: RESEND_KEY,
  baseUrl: "https://api.resend.com",
  timeoutMs: 50,
};
const resend = createResendProvider(options);

beforeEach(() => {
  sandbox.reset();
  clock.slept.length = 0;
});

const failing = (status: number, name: string, headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  ...resendError(status, name),
  headers,
});

/** Messages of which those at `bad` are refused by Resend's validation. */
function withBad(count: number, ...bad: number[]) {
  const emails = someEmails(count);
  for (const index of bad) sandbox.settings.invalid.add(emails[index]?.to.address ?? "");
  return emails;
}

const taken = () => sandbox.accepted.map((one) => one.tags["tidings_dispatch"]);

describe("messages that Resend takes", () => {
  it("arrive whole", async () => {
    const email = anEmail({ to: { name: 'Zoë "Z", jr.', address: "zoe@bücher.example" } });
    const report = await resend.send([email]);
    const [one] = sandbox.accepted;
    expect(report).toEqual({ outcomes: [{ kind: "accepted", messageId: one?.id }], health: { kind: "ok" } });
    expect(one).toMatchObject({
      from: '"Tidings" <notifications@tidings.example>',
      to: '"Zoë \\"Z\\", jr." <zoe@xn--bcher-kva.example>',
      subject: email.subject,
      html: email.html,
      text: email.text,
      headers: email.headers,
      tags: { tidings_dispatch: email.dispatchId },
    });
    expect(sandbox.requests[0]).toMatchObject({
      path: "/emails",
      headers: { authorization: `Bearer ${RESEND_KEY}`, "idempotency-key": email.idempotencyKey },
    });
    expect(sandbox.requests[0]?.headers["user-agent"]).toMatch(/^Tidings\//);
  });

  it("go together in one request, all or none, with their ids in order", async () => {
    const emails = someEmails(100);
    const report = await resend.send(emails);
    expect(taken()).toEqual(emails.map((email) => email.dispatchId));
    expect(report.outcomes).toEqual(sandbox.accepted.map((one) => ({ kind: "accepted", messageId: one.id })));
    expect(sandbox.requests).toHaveLength(1);
    expect(sandbox.requests[0]).toMatchObject({
      path: "/emails/batch",
      headers: { "x-batch-validation": "strict" },
    });
  });

  it("are never more than a request may hold", () => {
    expect(resend.maxPerRequest).toBe(100);
  });
});

describe("a repeat", () => {
  it.each([1, 3])("of %i messages after a time-out sends nothing twice", async (count) => {
    const emails = someEmails(count);
    sandbox.failNext({ kind: "hang", accept: true });
    expect(shorts(await resend.send(emails))).toEqual(emails.map(() => "retry timeout"));
    const report = await resend.send(emails);
    expect(report.outcomes).toEqual(sandbox.accepted.map((one) => ({ kind: "accepted", messageId: one.id })));
    expect(sandbox.accepted).toHaveLength(count);
  });

  it("whose text has changed counts as sent, without an id", async () => {
    const email = anEmail();
    sandbox.failNext({ kind: "drop", accept: true });
    await resend.send([email]);
    const report = await resend.send([{ ...email, text: "Hello Ada, a minute later" }]);
    expect(report).toEqual({ outcomes: [{ kind: "accepted", messageId: null }], health: { kind: "ok" } });
    expect(sandbox.accepted).toHaveLength(1);
  });

  it("while the first request is still under way waits, and spends no attempt", async () => {
    sandbox.failNext(failing(409, "concurrent_idempotent_requests"));
    expect(gist(await resend.send([anEmail()]))).toEqual({
      outcome: "deferred in_progress",
      health: "ok",
      afterMs: 10_000,
    });
  });
});

describe("the key of a request", () => {
  it("is the message's own, and for several always the same of the same messages in the same order", async () => {
    const [a, b] = [anEmail(), anEmail()];
    expect(await requestKey([a])).toBe(a.idempotencyKey);
    expect(await requestKey([a, b])).toBe(await requestKey([{ ...a, text: "else" }, b]));
    const keys = [
      await requestKey([a]),
      await requestKey([a, b]),
      await requestKey([b, a]),
      await requestKey([b]),
    ];
    expect(new Set(keys).size).toBe(4);
  });

  it("has 1 to 256 printable characters, whatever the messages' keys", async () => {
    for (const idempotencyKey of ["", "a b", "ключ", "x".repeat(300)])
      expect(await requestKey([anEmail({ idempotencyKey })])).toMatch(/^batch-[0-9a-f]{64}$/);
    // No two lists of keys make the same text.
    expect(
      await requestKey([anEmail({ idempotencyKey: 'a","b' }), anEmail({ idempotencyKey: "c" })]),
    ).not.toBe(await requestKey([anEmail({ idempotencyKey: "a" }), anEmail({ idempotencyKey: 'b","c' })]));
  });
});

describe("a bad message in a batch", () => {
  it.each([0, 1, 37, 98, 99])("at %i is rejected alone", async (bad) => {
    const emails = withBad(100, bad);
    const report = await resend.send(emails);
    expect(report.outcomes.map((outcome) => outcome.kind)).toEqual(
      emails.map((_, index) => (index === bad ? "rejected" : "accepted")),
    );
    expect(report.health).toEqual({ kind: "ok" });
    expect(taken()).toEqual(emails.filter((_, index) => index !== bad).map((email) => email.dispatchId));
    expect(sandbox.requests.length).toBeLessThanOrEqual(20);
  });

  it("is looked for at Resend's pace", async () => {
    await resend.send(withBad(4, 0));
    expect(sandbox.requests).toHaveLength(5);
    expect(clock.slept).toEqual([200, 200, 200, 200]);
  });

  it("may be one of many: each call settles some, puts off the others, and none is sent twice", async () => {
    const emails = withBad(100, ...Array.from({ length: 50 }, (_, i) => i * 2));
    let left = emails;
    const sent: string[] = [];
    const rejected: string[] = [];
    for (let round = 0; round < 60 && left.length > 0; round++) {
      sandbox.requests.length = 0;
      const { outcomes } = await resend.send(left);
      expect(sandbox.requests.length).toBeLessThanOrEqual(20);
      sent.push(...left.filter((_, i) => outcomes[i]?.kind === "accepted").map((email) => email.dispatchId));
      rejected.push(
        ...left.filter((_, i) => outcomes[i]?.kind === "rejected").map((email) => email.dispatchId),
      );
      const before = left.length;
      left = left.filter((_, i) => short(outcomes[i]) === "deferred not_tried");
      expect(left.length).toBeLessThan(before);
    }
    expect(sent.toSorted()).toEqual(emails.filter((_, i) => i % 2 === 1).map((email) => email.dispatchId));
    expect(rejected.toSorted()).toEqual(
      emails.filter((_, i) => i % 2 === 0).map((email) => email.dispatchId),
    );
    expect(taken().toSorted()).toEqual(sent.toSorted());
  });

  it("is not looked for on, once Resend asks for a pause", async () => {
    const emails = withBad(4, 3);
    sandbox.failNext(failing(422, "validation_error"));
    sandbox.failNext(failing(429, "rate_limit_exceeded", { "retry-after": "2" }));
    const report = await resend.send(emails);
    expect(shorts(report)).toEqual([
      "deferred rate_limited",
      "deferred rate_limited",
      "deferred not_tried",
      "deferred not_tried",
    ]);
    expect(report.health).toEqual({ kind: "throttled", afterMs: 2_000 });
    expect(sandbox.requests).toHaveLength(2);
  });

  it("is not looked for beyond the time that a lease leaves", async () => {
    let now = NOW;
    const slow = { now: () => now, sleep: async () => void (now += 16_000) };
    const report = await createResendProvider({ ...options, clock: slow }).send(withBad(4, 3));
    expect(sandbox.requests).toHaveLength(2);
    expect(shorts(report).slice(2)).toEqual(["deferred not_tried", "deferred not_tried"]);
  });

  it("that we can see ourselves costs no request of its own", async () => {
    const bad = anEmail({ to: { name: null, address: "nobody" } });
    const report = await resend.send([anEmail(), bad, anEmail()]);
    expect(shorts(report)).toEqual(["accepted", "rejected invalid_recipient", "accepted"]);
    expect(sandbox.requests).toHaveLength(1);
    await resend.send([bad]);
    expect(sandbox.requests).toHaveLength(1);
  });
});

describe("each error of Resend", () => {
  it.each([
    [400, "validation_error", { outcome: "rejected invalid_message", health: "ok" }],
    [422, "validation_error", { outcome: "rejected invalid_message", health: "ok" }],
    [422, "invalid_attachment", { outcome: "rejected invalid_message", health: "ok" }],
    [422, "invalid_parameter", { outcome: "rejected invalid_message", health: "ok" }],
    [422, "missing_required_field", { outcome: "rejected invalid_message", health: "ok" }],
    [422, "missing_required_parameter", { outcome: "rejected invalid_message", health: "ok" }],
    [451, "security_error", { outcome: "rejected message_rejected", health: "ok" }],
    [413, "", { outcome: "rejected message_too_big", health: "ok" }],
    [403, "validation_error", { outcome: "retry sender_not_verified", health: "error" }],
    [403, "invalid_from_address", { outcome: "retry sender_not_verified", health: "error" }],
    [401, "missing_api_key", { outcome: "retry provider_credentials", health: "error" }],
    [401, "restricted_api_key", { outcome: "retry provider_credentials", health: "error" }],
    [403, "restricted_api_key", { outcome: "retry provider_credentials", health: "error" }],
    [403, "invalid_api_key", { outcome: "retry provider_credentials", health: "error" }],
    [403, "invalid_permission", { outcome: "retry provider_credentials", health: "error" }],
    [403, "suspended_api_key", { outcome: "retry provider_account", health: "error" }],
    [404, "not_found", { outcome: "retry provider_configuration", health: "error" }],
    [405, "method_not_allowed", { outcome: "retry provider_configuration", health: "error" }],
    [400, "invalid_idempotency_key", { outcome: "retry unknown_error", health: "ok" }],
    [409, "resource_locked", { outcome: "deferred in_progress", health: "ok", afterMs: 10_000 }],
    [429, "rate_limit_exceeded", { outcome: "deferred rate_limited", health: "throttled", afterMs: 5_000 }],
    [
      429,
      "daily_quota_exceeded",
      { outcome: "deferred quota_exceeded", health: "throttled", afterMs: 3_600_000 },
    ],
    [
      429,
      "monthly_quota_exceeded",
      { outcome: "deferred quota_exceeded", health: "throttled", afterMs: 21_600_000 },
    ],
    [500, "application_error", { outcome: "retry provider_error", health: "error" }],
    [500, "internal_server_error", { outcome: "retry provider_error", health: "error" }],
    [503, "service_unavailable", { outcome: "retry provider_error", health: "error" }],
    [418, "something_new", { outcome: "retry unknown_error", health: "ok" }],
    [418, "toString", { outcome: "retry unknown_error", health: "ok" }],
  ])("%i %s", async (status, name, expected) => {
    sandbox.failNext(failing(status, name));
    expect(gist(await resend.send([anEmail()]))).toEqual(expected);
  });

  it.each([
    [{ "retry-after": "3" }, 3_000],
    [{ "ratelimit-reset": "7" }, 7_000],
    [{ "retry-after": "2", "ratelimit-reset": "7" }, 2_000],
    [{ "retry-after": "Fri, 20 Nov 2026 12:01:00 GMT" }, 60_000],
    [{ "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, 1_000],
    [{ "retry-after": "999999999" }, 86_400_000],
    [{ "retry-after": "soon" }, 5_000],
  ])("waits as long as the answer says: %j", async (headers, afterMs) => {
    sandbox.failNext(failing(429, "rate_limit_exceeded", headers as Record<string, string>));
    const report = await resend.send(someEmails(2));
    expect(report.health).toEqual({ kind: "throttled", afterMs });
    expect(report.outcomes).toMatchObject([{ afterMs }, { afterMs }]);
  });

  it("a quota's wait is not cut short by the headers of the rate limit", async () => {
    sandbox.failNext(failing(429, "daily_quota_exceeded", { "ratelimit-reset": "1" }));
    sandbox.failNext(failing(429, "daily_quota_exceeded", { "retry-after": "7200" }));
    expect(gist(await resend.send([anEmail()])).afterMs).toBe(3_600_000);
    expect(gist(await resend.send([anEmail()])).afterMs).toBe(7_200_000);
  });

  it("is told in our words, without addresses or Resend's text", async () => {
    const [email] = withBad(1, 0);
    const said = words(await resend.send(email ? [email] : []));
    expect(said).toContain("rejected");
    expect(said).not.toContain("@");
    expect(said).not.toContain("`to`");
  });
});

describe("silence and nonsense", () => {
  it.each<[string, Fault, string]>([
    ["no answer in time", { kind: "hang" }, "retry timeout"],
    ["a broken connection", { kind: "drop" }, "retry network_error"],
    ["a proxy's page", { kind: "html", status: 502 }, "retry provider_error"],
    ["a firewall's page", { kind: "html", status: 403 }, "retry provider_credentials"],
    ["an answer that is not JSON", { kind: "garbage" }, "retry bad_answer"],
    ["too few ids", { kind: "answer", status: 200, body: { data: [{ id: "a" }] } }, "retry bad_answer"],
    ["an error without a name", { kind: "answer", status: 400, body: [] }, "retry bad_answer"],
  ])("%s spends an attempt of each message and is held against Resend", async (_, fault, outcome) => {
    sandbox.failNext(fault);
    const report = await resend.send(someEmails(2));
    expect(shorts(report)).toEqual([outcome, outcome]);
    expect(report.health).toEqual({ kind: "error" });
  });

  it("an id that is missing from the answer concerns that message", async () => {
    sandbox.failNext({ kind: "answer", status: 200, body: { data: [{ id: "a" }, {}] } });
    expect(shorts(await resend.send(someEmails(2)))).toEqual(["accepted", "retry bad_answer"]);
  });
});

describe("the account", () => {
  const probe = () => resend.probe?.();

  it("is well when a domain is verified", async () => {
    expect(await probe()).toEqual({ kind: "ok" });
    expect(sandbox.requests[0]).toMatchObject({ method: "GET", path: "/domains" });
    sandbox.settings.verifiedDomains = [];
    expect(await probe()).toEqual({ kind: "degraded", code: "sender_not_verified" });
  });

  it("is well when the key may only send", async () => {
    sandbox.settings.sendingKeyOnly = true;
    expect(await probe()).toEqual({ kind: "ok" });
  });

  it("is degraded when the key is not known", async () => {
    const other = createResendProvider({ ...options, apiKey: "re_other" });
    expect(await other.probe?.()).toEqual({ kind: "degraded", code: "provider_credentials" });
  });

  it.each<[string, Fault, unknown]>([
    ["silent", { kind: "hang" }, { kind: "unreachable", code: "timeout" }],
    ["broken", { kind: "html", status: 503 }, { kind: "unreachable", code: "provider_error" }],
    ["nonsense", { kind: "garbage" }, { kind: "unreachable", code: "bad_answer" }],
    ["asked too often", failing(429, "rate_limit_exceeded"), { kind: "degraded", code: "rate_limited" }],
  ])("is %s", async (_, fault, expected) => {
    sandbox.failNext(fault);
    expect(await probe()).toEqual(expected);
  });
});
