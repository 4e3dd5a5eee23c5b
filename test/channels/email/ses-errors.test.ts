import { beforeEach, describe, expect, it } from "vitest";
import { createSesProvider } from "../../../src/channels/email/providers/ses/index.ts";
import { createSesSandbox, SES_KEY, sesError } from "../../support/sandbox/ses.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { anEmail, createTestClock, gist, shorts, words } from "./fixtures.ts";

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

describe("each error of SES", () => {
  it.each<[number, string, string | null, string, string, number?]>([
    [400, "MessageRejected", "Message contains invalid content", "rejected message_rejected", "ok"],
    [
      400,
      "MessageRejected",
      "Email address is not verified. The following identities failed the check in region EU-WEST-1: a@b.example",
      "retry sender_not_verified",
      "error",
    ],
    [400, "BadRequestException", "Missing final '@domain'", "rejected invalid_message", "ok"],
    [400, "BadRequestException", null, "rejected invalid_message", "ok"],
    [
      400,
      "BadRequestException",
      "Configuration set <x> does not exist.",
      "retry provider_configuration",
      "error",
    ],
    [404, "NotFoundException", "Configuration set does not exist.", "retry provider_configuration", "error"],
    [400, "AccountSuspendedException", "Suspended.", "retry provider_account", "error"],
    [400, "SendingPausedException", "Paused.", "retry provider_account", "error"],
    [400, "MailFromDomainNotVerifiedException", "No MX.", "retry sender_not_verified", "error"],
    [429, "TooManyRequestsException", "Too many requests", "deferred rate_limited", "throttled", 5_000],
    [
      400,
      "ThrottlingException",
      "Maximum sending rate exceeded.",
      "deferred rate_limited",
      "throttled",
      5_000,
    ],
    [
      400,
      "ThrottlingException",
      "Daily message quota exceeded.",
      "deferred quota_exceeded",
      "throttled",
      600_000,
    ],
    [
      400,
      "LimitExceededException",
      "Daily sending quota exceeded.",
      "deferred quota_exceeded",
      "throttled",
      600_000,
    ],
    [403, "AccessDeniedException", "Not authorized.", "retry provider_credentials", "error"],
    [403, "InvalidSignatureException", "Signature.", "retry provider_credentials", "error"],
    [403, "UnrecognizedClientException", "Token.", "retry provider_credentials", "error"],
    [400, "IncompleteSignatureException", "Incomplete.", "retry provider_credentials", "error"],
    [403, "SomethingNew", "Who knows.", "retry provider_credentials", "error"],
    [413, "SomethingNew", "Too large.", "rejected message_too_big", "ok"],
    [500, "InternalServiceErrorException", "Oops.", "retry provider_error", "error"],
    [500, "ConcurrentModificationException", "Oops.", "retry provider_error", "error"],
    [503, "ServiceUnavailable", "Oops.", "retry provider_error", "error"],
    [400, "SomethingNew", "Who knows.", "retry unknown_error", "ok"],
    [400, "constructor", "Who knows.", "retry unknown_error", "ok"],
  ])("%i %s (%s)", async (status, name, message, outcome, health, afterMs?: number) => {
    sandbox.failNext(failing(status, name, message));
    expect(gist(await ses.send([anEmail()]))).toEqual({ outcome, health, afterMs });
  });

  it("is also read from the body's __type, with its namespace", async () => {
    const body = { __type: "com.amazonaws.sesv2#SendingPausedException", message: "Paused." };
    sandbox.failNext({ kind: "answer", status: 400, body });
    expect(gist(await ses.send([anEmail()]))).toEqual({ outcome: "retry provider_account", health: "error" });
  });

  it("waits as long as SES says", async () => {
    sandbox.failNext(failing(429, "TooManyRequestsException", "Slow down", { "retry-after": "90" }));
    expect(gist(await ses.send([anEmail()]))).toMatchObject({
      outcome: "deferred rate_limited",
      afterMs: 90_000,
    });
  });

  it("is told in our words, without addresses or SES's text", async () => {
    const email = anEmail();
    const text = `Email address is not verified: ${email.to.address}`;
    sandbox.failNext(failing(400, "MessageRejected", text));
    const said = words(await ses.send([email]));
    expect(said).not.toContain("@");
    expect(said).not.toContain("Email address");
  });
});

describe("silence and nonsense", () => {
  it.each<[string, Fault, string]>([
    ["no answer in time", { kind: "hang" }, "retry timeout"],
    ["a broken connection", { kind: "drop" }, "retry network_error"],
    ["a proxy's page", { kind: "html", status: 502 }, "retry provider_error"],
    ["an answer that is not JSON", { kind: "garbage" }, "retry bad_answer"],
    ["a success without an id", { kind: "answer", status: 200, body: {} }, "retry bad_answer"],
    ["an id that is no text", { kind: "answer", status: 200, body: { MessageId: 5 } }, "retry bad_answer"],
    ["an error without a name", { kind: "answer", status: 400, body: { message: "?" } }, "retry bad_answer"],
    [
      "a redirect",
      { kind: "answer", status: 302, body: {}, headers: { location: "https://evil.example" } },
      "retry bad_answer",
    ],
  ])("%s spends an attempt and counts as an error of SES", async (_, fault, outcome) => {
    sandbox.failNext(fault);
    expect(gist(await ses.send([anEmail()]))).toEqual({ outcome, health: "error" });
  });

  it("a message that SES took before the time-out may be sent twice: there is no idempotency key", async () => {
    const email = anEmail();
    sandbox.failNext({ kind: "hang", accept: true });
    expect(shorts(await ses.send([email]))).toEqual(["retry timeout"]);
    expect(shorts(await ses.send([email]))).toEqual(["accepted"]);
    expect(sandbox.accepted.map((taken) => taken.tags["tidings_dispatch"])).toEqual([
      email.dispatchId,
      email.dispatchId,
    ]);
  });
});

describe("wrong credentials", () => {
  it.each([
    ["an unknown key", { accessKeyId: "AKIDOTHER" }],
    ["a wrong secret", { secretAccessKey: "other" }],
  ])("%s counts as an error of the provider, and fails no message", async (_, change) => {
    const report = await createSesProvider({ ...options, ...change }).send([anEmail()]);
    expect(gist(report)).toEqual({ outcome: "retry provider_credentials", health: "error" });
    expect(sandbox.accepted).toEqual([]);
  });

  it("a domain that is not verified at SES fails no message either", async () => {
    sandbox.settings.verifiedDomains = [];
    expect(gist(await ses.send([anEmail()]))).toEqual({
      outcome: "retry sender_not_verified",
      health: "error",
    });
  });
});
