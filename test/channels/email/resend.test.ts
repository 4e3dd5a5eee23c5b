import { beforeEach, describe, expect, it } from "vitest";
import { createResendProvider, requestKey } from "../../../src/channels/email/providers/resend/index.ts";
import { createResendSandbox, RESEND_KEY, resendError } from "../../support/sandbox/resend.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { anEmail, createTestClock, gist, NOW, shorts, someEmails } from "./fixtures.ts";

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

const keyOf = (...keys: string[]) => requestKey(keys.map((idempotencyKey) => anEmail({ idempotencyKey })));

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
    expect(await keyOf("a,b", "c")).not.toBe(await keyOf("a", "b,c"));
    expect(await keyOf('a","b', "c")).not.toBe(await keyOf("a", 'b","c'));
  });
});

const probe = () => resend.probe?.();

describe("the account", () => {
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
