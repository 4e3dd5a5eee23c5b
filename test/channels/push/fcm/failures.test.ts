import { describe, expect, test } from "vitest";
import { PROVIDER_TIMEOUT_MS } from "../../../../src/config/provider.ts";
import { fcmTokenOf } from "../../../support/sandbox/fcm/account.ts";
import { codeOf, createWorld, NOW, pushTo, sendOne } from "./fixture.ts";

const QUOTA = "type.googleapis.com/google.rpc.QuotaFailure";
const BAD = "type.googleapis.com/google.rpc.BadRequest";

describe("what FCM says of a message", () => {
  test.each([
    ["UNREGISTERED", "gone", "device_not_registered"],
    ["SENDER_ID_MISMATCH", "rejected", "fcm_mismatched_sender"],
    ["THIRD_PARTY_AUTH_ERROR", "rejected", "fcm_invalid_credentials"],
  ])("%s is of that device alone: %s", async (fcmCode, kind, code) => {
    const { provider, sandbox } = createWorld();
    sandbox.settings.tokenErrors.set(fcmTokenOf("b"), fcmCode);
    const { outcomes, health } = await provider.send([pushTo("a"), pushTo("b"), pushTo("c")]);
    expect(outcomes.map(codeOf)).toEqual(["accepted", code, "accepted"]);
    expect([outcomes[1]?.kind, health]).toEqual([kind, { kind: "ok" }]);
  });

  test.each([
    [
      "the token",
      { code: "INVALID_ARGUMENT", message: "The registration token is not a valid FCM registration token" },
      "gone",
      "fcm_invalid_token",
    ],
    [
      "the token, by its field",
      { details: [{ "@type": BAD, fieldViolations: [{ field: "message.token" }] }] },
      "gone",
      "fcm_invalid_token",
    ],
    [
      "our message",
      { details: [{ "@type": BAD, fieldViolations: [{ field: "message.data[0].value" }] }] },
      "rejected",
      "fcm_invalid_message",
    ],
    [
      "our message, though it has FCM's code",
      {
        code: "INVALID_ARGUMENT",
        message: "Invalid registration token field apns",
        details: [{ "@type": BAD, fieldViolations: [{ field: "message.apns" }] }],
      },
      "rejected",
      "fcm_invalid_message",
    ],
    [
      "our message, without details",
      { message: "Something about a registration token" },
      "rejected",
      "fcm_invalid_message",
    ],
    [
      "the size",
      { code: "INVALID_ARGUMENT", message: "Android message is too big" },
      "rejected",
      "message_too_big",
    ],
  ])("400 may blame %s", async (_, fault, kind, code) => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext({ kind: "status", status: 400, ...fault });
    const { outcome, health } = await sendOne(provider);
    expect([outcome.kind, codeOf(outcome), health.kind]).toEqual([kind, code, "ok"]);
  });

  test("a quota of the device is not the project's", async () => {
    const { provider, sandbox } = createWorld();
    const of = (subject: string) => ({
      kind: "status" as const,
      status: 429,
      code: "QUOTA_EXCEEDED",
      details: [{ "@type": QUOTA, violations: [{ subject, description: "exceeded" }] }],
    });
    sandbox.failNext(of("device:x"));
    expect(await sendOne(provider)).toMatchObject({
      outcome: { kind: "retry", code: "message_rate_exceeded", afterMs: 60_000 },
      health: { kind: "ok" },
    });
    sandbox.failNext(of("project:x"));
    expect(await sendOne(provider)).toMatchObject({
      outcome: { kind: "deferred", code: "fcm_throttled", afterMs: 60_000 },
      health: { kind: "throttled", afterMs: 60_000 },
    });
  });
});

describe("what FCM says of itself or of the project", () => {
  test.each([
    ["500", { status: 500, code: "INTERNAL" }, "fcm_server_error"],
    ["500 without a document", { status: 500 }, "fcm_server_error"],
    ["502", { status: 502 }, "fcm_server_error"],
    ["503", { status: 503, code: "UNAVAILABLE" }, "fcm_unavailable"],
    ["403: the API is off", { status: 403 }, "fcm_forbidden"],
    ["404: no such project", { status: 404 }, "fcm_no_project"],
    ["418", { status: 418 }, "fcm_bad_response"],
    ["302", { status: 302 }, "fcm_bad_response"],
  ])("%s spends an attempt and counts against it, and removes no token", async (_, fault, code) => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext({ kind: "status", ...fault });
    const { outcome, health } = await sendOne(provider);
    expect([outcome.kind, codeOf(outcome), health.kind]).toEqual(["retry", code, "error"]);
  });

  test.each([
    ["seconds", "17", 17_000],
    ["a date", new Date(NOW + 30_000).toUTCString(), 30_000],
    ["far too long", "999999", 3_600_000],
  ])("that it is overloaded, with Retry-After as %s, is a pause", async (_, retryAfter, afterMs) => {
    const { provider, sandbox } = createWorld();
    for (const [status, code] of [
      [503, "UNAVAILABLE"],
      [429, "QUOTA_EXCEEDED"],
    ] as const) {
      sandbox.failNext({ kind: "status", status, code, retryAfter });
      expect(await sendOne(provider)).toMatchObject({
        outcome: { kind: "deferred", afterMs },
        health: { kind: "throttled", afterMs },
      });
    }
  });

  test.each([
    ["not JSON", '{ "name": "projec', 200],
    ["empty", "", 200],
    ["JSON without a name", "{}", 200],
    ["a page", "<html>", 502],
    ["a page", "<html>", 404],
    ["a page", "<html>", 400],
  ])("nonsense (%s: %s, %i) is no success", async (_, body, status) => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext({ kind: "answer", status, body });
    const { outcome, health } = await sendOne(provider);
    expect([outcome.kind, health.kind]).toEqual(["retry", "error"]);
  });

  test("silence may mean that it has the message", async () => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext({ kind: "hang", accept: true });
    expect(codeOf((await sendOne(provider)).outcome)).toBe("fcm_timeout");
    sandbox.failNext({ kind: "drop" });
    expect(codeOf((await sendOne(provider)).outcome)).toBe("fcm_unreachable");
    expect(sandbox.accepted).toHaveLength(1);
  });

  test("ends the turn: what was not sent yet spends no attempt", async () => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext({ kind: "status", status: 429, retryAfter: "20" });
    const { outcomes, health } = await provider.send([pushTo("a"), pushTo("b"), pushTo("c")]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["deferred", "deferred", "deferred"]);
    expect(outcomes.slice(1)).toEqual([
      expect.objectContaining({ code: "not_tried", afterMs: 20_000 }),
      expect.objectContaining({ code: "not_tried", afterMs: 20_000 }),
    ]);
    expect(health).toEqual({ kind: "throttled", afterMs: 20_000 });
    expect(sandbox.requests.filter(({ endpoint }) => endpoint === "send")).toHaveLength(1);
  });

  test("slowly is said in time: no request begins later than two time-outs after the first", async () => {
    const { provider, sandbox } = createWorld({ timeoutMs: PROVIDER_TIMEOUT_MS, delayMs: 9_000 });
    const { outcomes } = await provider.send(["a", "b", "c", "d"].map((name) => pushTo(name)));
    // The access token takes the first nine seconds.
    expect(outcomes.map(codeOf)).toEqual(["accepted", "accepted", "not_tried", "not_tried"]);
    expect(sandbox.accepted).toHaveLength(2);
  });
});
