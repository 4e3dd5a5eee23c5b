import { beforeEach, describe, expect, it } from "vitest";
import { createSesProvider } from "../../../src/channels/email/providers/ses/index.ts";
import { createSesSandbox, SES_KEY, sesError } from "../../support/sandbox/ses.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { anEmail, createTestClock, gist, shorts, someEmails } from "./fixtures.ts";

const sandbox = createSesSandbox();
const options = {
  fetch: sandbox.fetch,
  clock: createTestClock(),
  region: "eu-west-1",
  ...SES_KEY,
  configurationSet: "tidings",
  timeoutMs: 50,
};
const ses = createSesProvider(options);

beforeEach(() => sandbox.reset());

const failing = (
  status: number,
  name: string,
  message: string | null,
  headers: Record<string, string> = {},
): Fault => {
  const error = sesError(status, name, message);
  return { kind: "answer", ...error, headers: { ...error.headers, ...headers } };
};

describe("a message that SES takes", () => {
  it("is accepted with SES's id, and arrives whole", async () => {
    const email = anEmail({ to: { name: "Ada Lovelace", address: "ada@example.com" } });
    const report = await ses.send([email]);
    const [taken] = sandbox.accepted;
    expect(report).toEqual({
      outcomes: [{ kind: "accepted", messageId: taken?.id }],
      health: { kind: "ok" },
    });
    expect(taken).toMatchObject({
      from: '"Tidings" <notifications@tidings.example>',
      to: '"Ada Lovelace" <ada@example.com>',
      subject: email.subject,
      html: email.html,
      text: email.text,
      headers: email.headers,
      tags: { tidings_dispatch: email.dispatchId },
      stream: "tidings",
    });
  });

  it("may have a name, a subject and a domain outside ASCII", async () => {
    const email = anEmail({
      to: { name: "Zoë 🎉", address: "zoe@bücher.example" },
      subject: "Grüße, Zoë 🎉",
    });
    expect(shorts(await ses.send([email]))).toEqual(["accepted"]);
    expect(sandbox.accepted[0]).toMatchObject({
      to: "=?UTF-8?B?Wm/DqyDwn46J?= <zoe@xn--bcher-kva.example>",
      subject: "Grüße, Zoë 🎉",
    });
  });

  it("is signed for the region, with the time of the clock", async () => {
    await ses.send([anEmail()]);
    const [request] = sandbox.requests;
    expect(request?.headers["x-amz-date"]).toBe("20261120T120000Z");
    expect(request?.headers["authorization"]).toContain("/20261120/eu-west-1/ses/aws4_request");
    expect(request?.headers["user-agent"]).toMatch(/^Tidings\//);
  });

  it("does not go where a redirect leads", async () => {
    const seen: unknown[] = [];
    const fetch = (url: string, init: RequestInit) => (seen.push(init.redirect), sandbox.fetch(url, init));
    const provider = createSesProvider({ ...options, fetch });
    await provider.send([anEmail()]);
    await provider.probe?.();
    expect(seen).toEqual(["manual", "manual"]);
  });

  it("goes to the region's own endpoint when none is given", async () => {
    const urls: string[] = [];
    const fetch = (url: string, init: RequestInit) => (urls.push(url), sandbox.fetch(url, init));
    await createSesProvider({ ...options, fetch }).send([anEmail()]);
    await createSesProvider({ ...options, fetch, endpoint: "http://127.0.0.1:8005" }).send([anEmail()]);
    expect(urls).toEqual([
      "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails",
      "http://127.0.0.1:8005/v2/email/outbound-emails",
    ]);
    expect(sandbox.accepted).toHaveLength(2);
  });
});

describe("a message that SES could not take", () => {
  it.each([
    [
      "a local part outside ASCII",
      { to: { name: null, address: "用户@example.com" } },
      "rejected unsupported_recipient",
    ],
    [
      "two recipients in one",
      { to: { name: null, address: "a@b.example,c@d.example" } },
      "rejected invalid_recipient",
    ],
    [
      "a header with a line break",
      { headers: { "X-Note": "a\r\nBcc: b@example.com" } },
      "rejected invalid_header",
    ],
    ["a header too long", { headers: { "X-Note": "a".repeat(871) } }, "rejected invalid_header"],
    [
      "more than 15 headers",
      { headers: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`X-${i}`, "a"])) },
      "rejected invalid_header",
    ],
    ["a subject of two lines", { subject: "Hi\nBcc: b@example.com" }, "rejected invalid_subject"],
  ])("is refused without a request: %s", async (_, change, outcome) => {
    expect(gist(await ses.send([anEmail(change)]))).toEqual({ outcome, health: "ok" });
    expect(sandbox.requests).toEqual([]);
  });
});

describe("several messages", () => {
  it("take one request each, and stop where SES asks for a pause", async () => {
    const emails = someEmails(4);
    const refused = anEmail({ to: { name: null, address: "nobody" } });
    sandbox.failNext({ kind: "answer", status: 200, body: { MessageId: "m-1" } });
    sandbox.failNext(failing(400, "ThrottlingException", "Daily message quota exceeded."));
    const report = await ses.send([refused, ...emails]);
    expect(shorts(report)).toEqual([
      "rejected invalid_recipient",
      "accepted",
      "deferred quota_exceeded",
      "deferred not_tried",
      "deferred not_tried",
    ]);
    expect(report.outcomes[4]).toMatchObject({ afterMs: 600_000 });
    expect(report.health).toEqual({ kind: "throttled", afterMs: 600_000 });
    expect(sandbox.requests).toHaveLength(2);
  });
});

const probe = () => ses.probe?.();

describe("the account", () => {
  it("is well", async () => {
    expect(await probe()).toEqual({ kind: "ok" });
    expect(sandbox.requests[0]).toMatchObject({ method: "GET", path: "/v2/email/account" });
  });

  it.each([
    [{ SendingEnabled: false }, "sending_paused"],
    [{ ProductionAccessEnabled: false }, "sandbox"],
    [{ EnforcementStatus: "PROBATION" }, "enforcement_probation"],
    [{ EnforcementStatus: "SHUTDOWN" }, "enforcement_shutdown"],
    [{ SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 200 } }, "quota_exceeded"],
  ])("is degraded: %j", async (change, code) => {
    Object.assign(sandbox.settings.account, change);
    expect(await probe()).toEqual({ kind: "degraded", code });
  });

  it("may have an unlimited quota", async () => {
    sandbox.settings.account.SendQuota = { Max24HourSend: -1, MaxSendRate: 14, SentLast24Hours: 1 };
    expect(await probe()).toEqual({ kind: "ok" });
  });

  it.each<[string, Fault, unknown]>([
    ["silent", { kind: "hang" }, { kind: "unreachable", code: "timeout" }],
    ["broken", { kind: "html", status: 503 }, { kind: "unreachable", code: "provider_error" }],
    ["nonsense", { kind: "garbage" }, { kind: "unreachable", code: "bad_answer" }],
    [
      "closed to us",
      failing(403, "AccessDeniedException", ""),
      { kind: "degraded", code: "provider_credentials" },
    ],
    [
      "asked too often",
      failing(429, "TooManyRequestsException", ""),
      { kind: "degraded", code: "rate_limited" },
    ],
  ])("is %s", async (_, fault, expected) => {
    sandbox.failNext(fault);
    expect(await probe()).toEqual(expected);
  });
});
