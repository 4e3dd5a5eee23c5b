import { beforeEach, describe, expect, it } from "vitest";
import { createPostmarkProvider } from "../../../src/channels/email/providers/postmark/index.ts";
import { createPostmarkSandbox, POSTMARK_TOKEN, postmarkError } from "../../support/sandbox/postmark.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { anEmail, createTestClock, gist, shorts, someEmails, words } from "./fixtures.ts";

const sandbox = createPostmarkSandbox();
const options = {
  fetch: sandbox.fetch,
  clock: createTestClock(),
  token: POSTMARK_TOKEN,
  baseUrl: "https://api.postmarkapp.com",
  timeoutMs: 50,
};
const postmark = createPostmarkProvider(options);

beforeEach(() => sandbox.reset());

const failing = (status: number, code: number, headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  ...postmarkError(status, code),
  headers,
});

describe("messages that Postmark takes", () => {
  it("arrive whole", async () => {
    const email = anEmail({ to: { name: 'Zoë "Z", jr.', address: "zoe@bücher.example" } });
    const report = await postmark.send([email]);
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
      stream: "outbound",
    });
    expect(sandbox.requests[0]?.headers["user-agent"]).toMatch(/^Tidings\//);
  });

  it("go together in one request, with their ids in order", async () => {
    const emails = someEmails(100);
    const report = await postmark.send(emails);
    expect(sandbox.accepted.map((one) => one.tags["tidings_dispatch"])).toEqual(
      emails.map((email) => email.dispatchId),
    );
    expect(report.outcomes).toEqual(sandbox.accepted.map((one) => ({ kind: "accepted", messageId: one.id })));
    expect(sandbox.requests).toHaveLength(1);
    expect(postmark.maxPerRequest).toBe(100);
  });
});

describe("each result of a message in a batch", () => {
  it.each([
    [10, "retry provider_credentials", "error"],
    [100, "retry provider_error", "error"],
    [300, "rejected invalid_message", "ok"],
    [400, "retry sender_not_verified", "error"],
    [401, "retry sender_not_verified", "error"],
    [402, "rejected invalid_message", "ok"],
    [403, "rejected invalid_message", "ok"],
    [405, "deferred quota_exceeded", "throttled"],
    [406, "gone suppressed", "ok"],
    [409, "rejected invalid_message", "ok"],
    [410, "rejected invalid_message", "ok"],
    [411, "rejected invalid_message", "ok"],
    [412, "retry provider_account", "error"],
    [413, "retry provider_account", "error"],
    [429, "deferred rate_limited", "throttled"],
    [500, "retry provider_error", "error"],
    [1221, "retry provider_configuration", "error"],
    [1235, "retry provider_configuration", "error"],
    [1236, "retry provider_configuration", "error"],
    [9999, "retry unknown_error", "ok"],
  ])("%i is %s, and leaves the others alone", async (code, outcome, health) => {
    const emails = someEmails(3);
    sandbox.settings.errors.set(emails[1]?.to.address ?? "", code);
    const report = await postmark.send(emails);
    expect(shorts(report)).toEqual(["accepted", outcome, "accepted"]);
    expect(report.health.kind).toBe(health);
    expect(sandbox.accepted).toHaveLength(2);
  });

  it("an inactive recipient is gone", async () => {
    const email = anEmail();
    sandbox.settings.inactive.add(email.to.address);
    expect(gist(await postmark.send([email]))).toEqual({ outcome: "gone suppressed", health: "ok" });
  });

  it("credits that are used up make the provider rest for an hour", async () => {
    const email = anEmail();
    sandbox.settings.errors.set(email.to.address, 405);
    const report = await postmark.send([email]);
    expect(report.health).toEqual({ kind: "throttled", afterMs: 3_600_000 });
  });

  it("of several errors the worst is reported as the health", async () => {
    const emails = someEmails(3);
    sandbox.settings.errors.set(emails[0]?.to.address ?? "", 429);
    sandbox.settings.errors.set(emails[1]?.to.address ?? "", 413);
    sandbox.settings.errors.set(emails[2]?.to.address ?? "", 405);
    expect((await postmark.send(emails)).health).toEqual({ kind: "error" });
    expect((await postmark.send(emails.toSpliced(1, 1))).health).toEqual({
      kind: "throttled",
      afterMs: 3_600_000,
    });
  });

  it("a result without a code or an id concerns that message", async () => {
    const ok = { ErrorCode: 0, MessageID: "m-1" };
    sandbox.failNext({ kind: "answer", status: 200, body: [ok, { ErrorCode: 0 }, { Message: "?" }, null] });
    expect(shorts(await postmark.send(someEmails(4)))).toEqual([
      "accepted",
      "retry bad_answer",
      "retry bad_answer",
      "retry bad_answer",
    ]);
  });

  it("is told in our words, without addresses or Postmark's text", async () => {
    const email = anEmail();
    sandbox.settings.inactive.add(email.to.address);
    const said = words(await postmark.send([email]));
    expect(said).not.toContain("@");
    expect(said).not.toContain("inactive");
  });

  it("a message that we refuse ourselves keeps its place", async () => {
    const bad = anEmail({ headers: { Bcc: "eve@example.com" } });
    expect(shorts(await postmark.send([anEmail(), bad, anEmail()]))).toEqual([
      "accepted",
      "rejected invalid_header",
      "accepted",
    ]);
    expect(sandbox.accepted).toHaveLength(2);
  });
});

describe("an answer to the request as a whole", () => {
  it.each<[string, Fault, string, string]>([
    ["no answer in time", { kind: "hang" }, "retry timeout", "error"],
    ["a broken connection", { kind: "drop" }, "retry network_error", "error"],
    ["a proxy's page", { kind: "html", status: 502 }, "retry provider_error", "error"],
    ["a firewall's page", { kind: "html", status: 403 }, "retry provider_credentials", "error"],
    ["an answer that is not JSON", { kind: "garbage" }, "retry bad_answer", "error"],
    [
      "too few results",
      { kind: "answer", status: 200, body: [{ ErrorCode: 0, MessageID: "a" }] },
      "retry bad_answer",
      "error",
    ],
    ["a wrong token", failing(401, 10), "retry provider_credentials", "error"],
    ["maintenance", failing(503, 100), "retry provider_error", "error"],
    ["an unpaid account", failing(422, 413), "retry provider_account", "error"],
    ["no credits", failing(422, 405), "deferred quota_exceeded", "throttled"],
    ["too many requests", failing(429, 429), "deferred rate_limited", "throttled"],
    // It condemns none of several messages: nobody knows which one it meant.
    ["an invalid request", failing(422, 402), "retry unknown_error", "ok"],
    ["a request too large", failing(413, 0), "retry unknown_error", "ok"],
    ["an error without a code", { kind: "answer", status: 422, body: {} }, "retry bad_answer", "error"],
  ])("%s is the outcome of each message", async (_, fault, outcome, health) => {
    sandbox.failNext(fault);
    const report = await postmark.send(someEmails(2));
    expect(shorts(report)).toEqual([outcome, outcome]);
    expect(report.health.kind).toBe(health);
  });

  it("rejects a message that was alone in it", async () => {
    sandbox.failNext(failing(422, 300));
    sandbox.failNext(failing(413, 0));
    expect(shorts(await postmark.send([anEmail()]))).toEqual(["rejected invalid_message"]);
    expect(shorts(await postmark.send([anEmail()]))).toEqual(["rejected message_too_big"]);
  });

  it("says how long to wait", async () => {
    sandbox.failNext(failing(429, 429, { "retry-after": "30" }));
    expect((await postmark.send(someEmails(2))).health).toEqual({ kind: "throttled", afterMs: 30_000 });
  });
});

const probe = () => postmark.probe?.();

describe("the account", () => {
  it("is well", async () => {
    expect(await probe()).toEqual({ kind: "ok" });
    expect(sandbox.requests[0]).toMatchObject({ method: "GET", path: "/server" });
  });

  it("is degraded while the server is a sandbox, which delivers nothing", async () => {
    sandbox.settings.deliveryType = "Sandbox";
    expect(await probe()).toEqual({ kind: "degraded", code: "sandbox" });
  });

  it("is degraded when the token is not known", async () => {
    const other = createPostmarkProvider({ ...options, token: "other" });
    expect(await other.probe?.()).toEqual({ kind: "degraded", code: "provider_credentials" });
  });

  it.each<[string, Fault, unknown]>([
    ["silent", { kind: "hang" }, { kind: "unreachable", code: "timeout" }],
    ["broken", { kind: "html", status: 503 }, { kind: "unreachable", code: "provider_error" }],
    ["nonsense", { kind: "garbage" }, { kind: "unreachable", code: "bad_answer" }],
    ["asked too often", failing(429, 429), { kind: "degraded", code: "rate_limited" }],
  ])("is %s", async (_, fault, expected) => {
    sandbox.failNext(fault);
    expect(await probe()).toEqual(expected);
  });
});
