import { describe, expect, test } from "vitest";
import { createExpoProvider } from "../../../src/channels/push/providers/expo/index.ts";
import type { FaultInput } from "../../support/sandbox/expo-state.ts";
import { createWorld, NOW, pushes, pushTo, tokenOf } from "./expo-fixture.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe("when Expo or the way to it fails, every message is retried", () => {
  const ROWS: [what: string, fault: FaultInput, code: string][] = [
    ["500", { kind: "status", status: 500 }, "expo_server_error"],
    ["503", { kind: "status", status: 503 }, "expo_server_error"],
    ["500 after taking the messages", { kind: "status", status: 500, accept: true }, "expo_server_error"],
    ["504 in HTML", { kind: "html", status: 504 }, "expo_server_error"],
    ["a broken connection", { kind: "drop" }, "expo_unreachable"],
    ["no answer in time", { kind: "hang" }, "expo_timeout"],
    ["no answer in time after taking the messages", { kind: "hang", accept: true }, "expo_timeout"],
    ["a ticket too few", { kind: "tickets", change: -1 }, "expo_bad_response"],
    ["a ticket too many", { kind: "tickets", change: 1 }, "expo_bad_response"],
    ["cut JSON", { kind: "garbage" }, "expo_bad_response"],
    ["JSON that is no object", { kind: "answer", body: "null" }, "expo_bad_response"],
    ["neither data nor errors", { kind: "answer", body: "{}" }, "expo_bad_response"],
    ["data that is no list", { kind: "answer", body: '{"data":"ok"}' }, "expo_bad_response"],
    [
      "an error that Expo does not document",
      { kind: "status", status: 200, code: "ODD" },
      "expo_bad_response",
    ],
    ["HTML with status 200", { kind: "html", status: 200 }, "expo_bad_response"],
    ["a proxy's 400", { kind: "html", status: 400 }, "expo_bad_response"],
    ["404", { kind: "status", status: 404, code: "NOT_FOUND" }, "expo_bad_response"],
    ["401", { kind: "status", status: 401, code: "UNAUTHORIZED" }, "expo_unauthorized"],
    ["403", { kind: "html", status: 403 }, "expo_unauthorized"],
    [
      "UNAUTHORIZED under another status",
      { kind: "status", status: 400, code: "UNAUTHORIZED" },
      "expo_unauthorized",
    ],
  ];
  test.each(ROWS)("%s", async (_, fault, code) => {
    const { sandbox, provider } = createWorld({ timeoutMs: 100 });
    sandbox.failNext(fault);
    const report = await provider.send(pushes(3));
    expect(report.outcomes).toHaveLength(3);
    for (const outcome of report.outcomes) expect(outcome).toMatchObject({ kind: "retry", code });
    expect(report.health).toEqual({ kind: "error" });
    expect(sandbox.requests).toHaveLength(1);
  });

  test("a wrong access token is such a failure", async () => {
    const { sandbox, provider } = createWorld({ accessToken: "old" });
    sandbox.settings.accessToken = "new";
    expect((await provider.send(pushes(1))).outcomes[0]).toMatchObject({
      kind: "retry",
      code: "expo_unauthorized",
    });
    expect(sandbox.accepted).toEqual([]);
  });

  test("a redirect is not followed", async () => {
    const asked: (string | undefined)[] = [];
    const provider = createExpoProvider({
      fetch: async (_, init) => {
        asked.push(init.redirect);
        return new Response(null, { status: 302, headers: { Location: "https://elsewhere.test" } });
      },
      baseUrl: "https://expo.test",
      clock: { now: () => NOW },
    });
    expect((await provider.send(pushes(1))).outcomes[0]).toMatchObject({
      kind: "retry",
      code: "expo_bad_response",
    });
    expect(asked).toEqual(["manual"]);
  });

  test("an answer whose body never ends counts as no answer in time", async () => {
    const provider = createExpoProvider({
      fetch: async (_, { signal }) =>
        new Response(
          new ReadableStream({
            start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
          }),
        ),
      baseUrl: "https://expo.test",
      clock: { now: () => NOW },
      timeoutMs: 50,
    });
    expect((await provider.send(pushes(1))).outcomes[0]).toMatchObject({
      kind: "retry",
      code: "expo_timeout",
    });
  });

  test("the wait that a 503 asks for is honoured", async () => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext({ kind: "status", status: 503, retryAfter: "120" });
    expect((await provider.send(pushes(1))).outcomes[0]).toMatchObject({
      kind: "retry",
      afterMs: 2 * MINUTE,
    });
  });

  test("a slow answer is waited for", async () => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext({ kind: "slow", ms: 100 });
    expect((await provider.send(pushes(1))).outcomes[0]?.kind).toBe("accepted");
  });
});

describe("when Expo asks to slow down, every message is deferred and no attempt spent", () => {
  const ROWS: [retryAfter: string | undefined, afterMs: number][] = [
    [undefined, MINUTE],
    ["7", 7 * SECOND],
    ["0", SECOND],
    [new Date(NOW + 90 * SECOND).toUTCString(), 90 * SECOND],
    [new Date(NOW - MINUTE).toUTCString(), SECOND],
    ["86400", 60 * MINUTE],
    ["soon", MINUTE],
  ];
  test.each(ROWS)("Retry-After %s → %i ms", async (retryAfter, afterMs) => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext(retryAfter === undefined ? { kind: "throttle" } : { kind: "throttle", retryAfter });
    const report = await provider.send(pushes(2));
    expect(report.outcomes).toMatchObject([
      { kind: "deferred", code: "expo_throttled", afterMs },
      { kind: "deferred", code: "expo_throttled", afterMs },
    ]);
    expect(report.health).toEqual({ kind: "throttled", afterMs });
  });

  test("also when only the code of the error says so", async () => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext({ kind: "status", status: 400, code: "TOO_MANY_REQUESTS", retryAfter: "9" });
    expect((await provider.send(pushes(1))).health).toEqual({ kind: "throttled", afterMs: 9 * SECOND });
  });
});

test("what people read never quotes a token, the access token or Expo's words", async () => {
  const { sandbox, provider } = createWorld({ accessToken: "s3cret", timeoutMs: 50 });
  const token = tokenOf("private");
  const reports = [];
  for (const kind of ["throttle", "html", "garbage", "drop", "hang"] as const) {
    sandbox.failNext({ kind });
    reports.push(await provider.send([pushTo(token)]));
  }
  sandbox.settings.malformed.add(token);
  reports.push(await provider.send([pushTo(token)]));
  sandbox.settings.malformed.clear();
  for (const error of ["DeviceNotRegistered", "MessageTooBig", "New"]) {
    sandbox.settings.ticketErrors.set(token, error);
    reports.push(await provider.send([pushTo(token)]));
  }
  const messages = reports.flatMap(({ outcomes }) =>
    outcomes.map((o) => ("message" in o ? o.message : "accepted")),
  );
  expect(messages).toHaveLength(9);
  for (const message of messages) {
    expect(message).toMatch(/^[A-Z].{20,}\.$/);
    expect(message).not.toMatch(/private|s3cret|Bad Gateway|Slow down|not valid\.$/);
  }
});
