import { beforeEach, describe, expect, it } from "vitest";
import { createCloudflareProvider } from "../../../src/channels/email/providers/cloudflare/index.ts";
import type { CloudflareMessage } from "../../../src/channels/email/providers/cloudflare/mapping.ts";
import { createLogProvider } from "../../../src/channels/email/providers/log/index.ts";
import type { Log } from "../../../src/lib/log.ts";
import { anEmail, gist, shorts, someEmails, words } from "./fixtures.ts";

const sent: CloudflareMessage[] = [];
const answers: (() => Promise<{ messageId: string }>)[] = [];

/** A send_email binding that takes everything, unless it was told what to do next. */
const binding = {
  send(message: CloudflareMessage): Promise<{ messageId: string }> {
    sent.push(message);
    return answers.shift()?.() ?? Promise.resolve({ messageId: `cf-${sent.length}` });
  },
};
const cloudflare = createCloudflareProvider({ binding, timeoutMs: 50 });

beforeEach(() => {
  sent.length = answers.length = 0;
});

const failing = (code: unknown) => () =>
  Promise.reject(Object.assign(new Error("could not send to ada@example.com"), { code }));

describe("a message that Cloudflare takes", () => {
  it("is accepted with its id, by which feedback will find it, and arrives whole", async () => {
    const email = anEmail({ to: { name: 'Zoë\r\n"Z"', address: "zoe@bücher.example" } });
    expect(await cloudflare.send([email])).toEqual({
      outcomes: [{ kind: "accepted", messageId: "cf-1" }],
      health: { kind: "ok" },
    });
    expect(sent).toEqual([
      {
        from: { email: "notifications@tidings.example", name: "Tidings" },
        to: { email: "zoe@xn--bcher-kva.example", name: 'Zoë "Z"' },
        subject: email.subject,
        html: email.html,
        text: email.text,
        headers: email.headers,
      },
    ]);
  });

  it("may have a recipient without a name", async () => {
    await cloudflare.send([anEmail({ to: { name: null, address: "ada@example.com" } })]);
    expect(sent[0]?.to).toBe("ada@example.com");
  });
});

describe("each error of Cloudflare", () => {
  it.each<[unknown, string, string, number?]>([
    ["E_VALIDATION_ERROR", "rejected invalid_message", "ok"],
    ["E_FIELD_MISSING", "rejected invalid_message", "ok"],
    ["E_TOO_MANY_RECIPIENTS", "rejected invalid_message", "ok"],
    ["E_CONTENT_TOO_LARGE", "rejected message_too_big", "ok"],
    ["E_HEADER_NOT_ALLOWED", "rejected invalid_header", "ok"],
    ["E_HEADER_USE_API_FIELD", "rejected invalid_header", "ok"],
    ["E_HEADER_VALUE_INVALID", "rejected invalid_header", "ok"],
    ["E_HEADER_VALUE_TOO_LONG", "rejected invalid_header", "ok"],
    ["E_HEADER_NAME_INVALID", "rejected invalid_header", "ok"],
    ["E_HEADERS_TOO_LARGE", "rejected invalid_header", "ok"],
    ["E_HEADERS_TOO_MANY", "rejected invalid_header", "ok"],
    ["E_SENDER_NOT_VERIFIED", "retry sender_not_verified", "error"],
    ["E_SENDER_DOMAIN_NOT_AVAILABLE", "retry sender_not_verified", "error"],
    ["E_RECIPIENT_NOT_ALLOWED", "rejected recipient_not_allowed", "ok"],
    ["E_RECIPIENT_SUPPRESSED", "gone suppressed", "ok"],
    ["E_RATE_LIMIT_EXCEEDED", "deferred rate_limited", "throttled", 5_000],
    ["E_DAILY_LIMIT_EXCEEDED", "deferred quota_exceeded", "throttled", 3_600_000],
    ["E_DELIVERY_FAILED", "retry delivery_failed", "ok"],
    ["E_INTERNAL_SERVER_ERROR", "retry provider_error", "error"],
    ["E_SOMETHING_NEW", "retry unknown_error", "ok"],
    ["valueOf", "retry unknown_error", "ok"],
    [undefined, "retry network_error", "error"],
    [500, "retry network_error", "error"],
  ])("%s", async (code, outcome, health, afterMs?: number) => {
    answers.push(failing(code));
    const report = await cloudflare.send([anEmail()]);
    expect(gist(report)).toEqual({ outcome, health, afterMs });
    expect(words(report)).not.toContain("@");
  });
});

describe("silence and nonsense", () => {
  it("no answer in time spends an attempt and counts as an error of the provider", async () => {
    answers.push(() => new Promise(() => {}));
    expect(gist(await cloudflare.send([anEmail()]))).toEqual({ outcome: "retry timeout", health: "error" });
  });

  it("an error after we stopped waiting has no effect", async () => {
    const late = Promise.withResolvers<{ messageId: string }>();
    answers.push(() => late.promise);
    expect(gist(await cloudflare.send([anEmail()])).outcome).toBe("retry timeout");
    late.reject(new Error("late"));
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it.each([
    [
      "throws at once",
      () => {
        throw new Error("no such binding");
      },
      "retry network_error",
    ],
    ["throws something that is no error", () => Promise.reject("E_VALIDATION_ERROR"), "retry network_error"],
    ["answers without an id", () => Promise.resolve({ messageId: "" }), "retry bad_answer"],
  ])("a binding that %s counts as an error of the provider", async (_, answer, outcome) => {
    answers.push(answer);
    expect(gist(await cloudflare.send([anEmail()]))).toEqual({ outcome, health: "error" });
  });
});

describe("several messages", () => {
  it("go one by one, and stop where the provider is not well", async () => {
    answers.push(() => Promise.resolve({ messageId: "cf-a" }), failing("E_INTERNAL_SERVER_ERROR"));
    const report = await cloudflare.send(someEmails(4));
    expect(shorts(report)).toEqual([
      "accepted",
      "retry provider_error",
      "deferred not_tried",
      "deferred not_tried",
    ]);
    expect(report.health).toEqual({ kind: "error" });
    expect(sent).toHaveLength(2);
  });

  it("that must not be sent are refused without a call", async () => {
    const bad = anEmail({ to: { name: null, address: "a@b.example\nBcc: c@d.example" } });
    expect(shorts(await cloudflare.send([bad, anEmail()]))).toEqual([
      "rejected invalid_recipient",
      "accepted",
    ]);
    expect(sent).toHaveLength(1);
  });
});

describe("the provider for local development", () => {
  it("accepts everything, sends nothing, and logs no personal data", async () => {
    const lines: unknown[] = [];
    const log: Log = {
      info: (...line) => void lines.push(line),
      warn: (...line) => void lines.push(line),
      error: (...line) => void lines.push(line),
      with: () => log,
    };
    const emails = someEmails(2);
    const report = await createLogProvider({ log }).send(emails);
    expect(shorts(report)).toEqual(["accepted", "accepted"]);
    expect(report.health).toEqual({ kind: "ok" });
    expect(lines).toEqual(emails.map((email) => ["email.not_delivered", { dispatch_id: email.dispatchId }]));
  });
});
