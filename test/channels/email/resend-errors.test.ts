import { beforeEach, describe, expect, it } from "vitest";
import { createResendProvider } from "../../../src/channels/email/providers/resend/index.ts";
import { createResendSandbox, RESEND_KEY, resendError } from "../../support/sandbox/resend.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { anEmail, createTestClock, gist, NOW, shorts, someEmails, words } from "./fixtures.ts";

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

describe("each error of Resend", () => {
  it.each<[number, string, string, string, number?]>([
    [400, "validation_error", "rejected invalid_message", "ok"],
    [422, "validation_error", "rejected invalid_message", "ok"],
    [422, "invalid_attachment", "rejected invalid_message", "ok"],
    [422, "invalid_parameter", "rejected invalid_message", "ok"],
    [422, "missing_required_field", "rejected invalid_message", "ok"],
    [422, "missing_required_parameter", "rejected invalid_message", "ok"],
    [451, "security_error", "rejected message_rejected", "ok"],
    [413, "", "rejected message_too_big", "ok"],
    [403, "validation_error", "retry sender_not_verified", "error"],
    [403, "invalid_from_address", "retry sender_not_verified", "error"],
    [401, "missing_api_key", "retry provider_credentials", "error"],
    [401, "restricted_api_key", "retry provider_credentials", "error"],
    [403, "restricted_api_key", "retry provider_credentials", "error"],
    [403, "invalid_api_key", "retry provider_credentials", "error"],
    [403, "invalid_permission", "retry provider_credentials", "error"],
    [403, "suspended_api_key", "retry provider_account", "error"],
    [404, "not_found", "retry provider_configuration", "error"],
    [405, "method_not_allowed", "retry provider_configuration", "error"],
    [400, "invalid_idempotency_key", "retry unknown_error", "ok"],
    [409, "resource_locked", "deferred in_progress", "ok", 10_000],
    [429, "rate_limit_exceeded", "deferred rate_limited", "throttled", 5_000],
    [429, "daily_quota_exceeded", "deferred quota_exceeded", "throttled", 3_600_000],
    [429, "monthly_quota_exceeded", "deferred quota_exceeded", "throttled", 21_600_000],
    [500, "application_error", "retry provider_error", "error"],
    [500, "internal_server_error", "retry provider_error", "error"],
    [503, "service_unavailable", "retry provider_error", "error"],
    [418, "something_new", "retry unknown_error", "ok"],
    [418, "toString", "retry unknown_error", "ok"],
  ])("%i %s", async (status, name, outcome, health, afterMs?: number) => {
    sandbox.failNext(failing(status, name));
    expect(gist(await resend.send([anEmail()]))).toEqual({ outcome, health, afterMs });
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
    sandbox.failNext(failing(429, "rate_limit_exceeded", headers));
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
  ])("%s spends an attempt of each message and counts as an error of Resend", async (_, fault, outcome) => {
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
