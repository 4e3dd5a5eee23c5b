import { describe, expect, test } from "vitest";
import { createServiceOf } from "../../../src/channels/push/providers/webpush/services.ts";
import { createAuthorize } from "../../../src/channels/push/providers/webpush/vapid.ts";
import { createWebPushProvider } from "../../../src/channels/push/providers/webpush/index.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { createWorld, NOW, pushTo, VAPID } from "./webpush-fixture.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const answer = (status: number, headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  status,
  body: { code: status, message: "as the test wants it" },
  headers,
});

describe("when the service or the way to it fails", () => {
  const ROWS: [what: string, fault: Fault, code: string][] = [
    ["500", answer(500), "webpush_server_error"],
    ["503", answer(503), "webpush_server_error"],
    ["500 after taking the message", { ...answer(500), accept: true }, "webpush_server_error"],
    ["504 in HTML", { kind: "html", status: 504 }, "webpush_server_error"],
    ["a broken connection", { kind: "drop" }, "webpush_unreachable"],
    ["no answer in time", { kind: "hang" }, "webpush_timeout"],
    ["no answer in time after taking the message", { kind: "hang", accept: true }, "webpush_timeout"],
    ["a redirect", answer(301, { location: "https://elsewhere.test" }), "webpush_bad_response"],
    ["405", answer(405), "webpush_bad_response"],
    ["400", answer(400), "webpush_unauthorized"],
    ["401", answer(401), "webpush_unauthorized"],
    ["403", answer(403), "webpush_unauthorized"],
    ["a proxy's 403", { kind: "html", status: 403 }, "webpush_unauthorized"],
  ];
  test.each(ROWS)("with %s, the push is retried and the others wait", async (_, fault, code) => {
    const { sandbox, provider, pushes } = createWorld({ timeoutMs: 100 });
    sandbox.failNext(fault);
    const report = await provider.send(await pushes(3));
    expect(report.outcomes).toMatchObject([
      { kind: "retry", code },
      { kind: "deferred", code: "not_tried" },
      { kind: "deferred", code: "not_tried" },
    ]);
    expect(report.health).toEqual({ kind: "error" });
    expect(sandbox.requests).toHaveLength(1);
  });

  test("a redirect is not followed", async () => {
    const { sandbox, provider, pushes } = createWorld();
    await provider.send(await pushes(1));
    expect(sandbox.requests.map(({ redirect }) => redirect)).toEqual(["manual"]);
  });

  test("an answer whose body never ends counts as no answer in time", async () => {
    const { clock, pushes } = createWorld();
    const provider = createWebPushProvider({
      app: null,
      service: "mozilla",
      serviceOf: createServiceOf([]),
      authorize: createAuthorize(VAPID, clock),
      clock,
      timeoutMs: 50,
      fetch: async (_, { signal }) =>
        new Response(
          new ReadableStream({
            start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
          }),
        ),
    });
    expect((await provider.send(await pushes(1))).outcomes).toMatchObject([
      { kind: "retry", code: "webpush_timeout" },
    ]);
  });

  test("the wait that a 503 asks for is honoured, up to an hour", async () => {
    const { sandbox, provider, pushes } = createWorld();
    for (const [retryAfter, afterMs] of [
      ["120", 2 * MINUTE],
      ["86400", HOUR],
    ] as const) {
      sandbox.failNext(answer(503, { "retry-after": retryAfter }));
      expect((await provider.send(await pushes(1))).outcomes).toMatchObject([{ kind: "retry", afterMs }]);
    }
  });

  test("no request begins when a slow service has taken too long", async () => {
    const { clock, provider, pushes } = createWorld({ timeoutMs: 10 * SECOND });
    const messages = await pushes(5);
    clock.perRequest = 9 * SECOND;
    const report = await provider.send(messages);
    expect(report.outcomes.map(({ kind }) => kind)).toEqual([
      "accepted",
      "accepted",
      "accepted",
      "deferred",
      "deferred",
    ]);
    expect(report.health).toEqual({ kind: "ok" });
  });
});

describe("a VAPID token that is not accepted", () => {
  test("is our fault: the service counts as ill, and the device stays", async () => {
    const { sandbox, provider } = createWorld({ keys: { ...VAPID, subject: "somebody" } });
    const report = await provider.send([pushTo(await sandbox.subscribe())]);
    expect(report).toMatchObject({
      outcomes: [{ kind: "retry", code: "webpush_unauthorized" }],
      health: { kind: "error" },
    });
  });

  test("of keys that are no pair is not sent at all, or refused", async () => {
    const { sandbox, provider } = createWorld({
      keys: { ...VAPID, privateKey: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    });
    const report = await provider.send([pushTo(await sandbox.subscribe())]);
    expect(report).toMatchObject({ outcomes: [{ kind: "retry" }], health: { kind: "error" } });
    expect(sandbox.accepted).toEqual([]);
  });

  test.each([
    "https://updates.push.services.mozilla.com",
    "https://web.push.apple.com",
    "https://fcm.googleapis.com",
  ])("because the browser subscribed with another key fails that push alone (%s)", async (origin) => {
    const { sandbox, provider } = createWorld();
    sandbox.settings.origin = origin;
    const report = await provider.send([
      pushTo(await sandbox.subscribe("BAnotherKey")),
      pushTo(await sandbox.subscribe(VAPID.publicKey)),
    ]);
    expect(report).toMatchObject({
      outcomes: [{ kind: "rejected", code: "webpush_other_key" }, { kind: "accepted" }],
      health: { kind: "ok" },
    });
  });
});

describe("when the service asks to slow down", () => {
  const ROWS: [retryAfter: string | undefined, afterMs: number, pauseMs: number][] = [
    [undefined, MINUTE, MINUTE],
    ["7", 7 * SECOND, 7 * SECOND],
    ["0", SECOND, SECOND],
    [new Date(NOW + 90 * SECOND).toUTCString(), 90 * SECOND, MINUTE],
    ["86400", HOUR, MINUTE],
    ["soon", MINUTE, MINUTE],
  ];
  test.each(ROWS)(
    "Retry-After %s: the push waits %i ms, the others %i",
    async (retryAfter, afterMs, pauseMs) => {
      const { sandbox, provider, pushes } = createWorld();
      sandbox.failNext(answer(429, retryAfter === undefined ? {} : { "retry-after": retryAfter }));
      const report = await provider.send(await pushes(2));
      expect(report.outcomes).toMatchObject([
        { kind: "deferred", code: "webpush_throttled", afterMs },
        { kind: "deferred", code: "not_tried", afterMs: pauseMs },
      ]);
      expect(report.health).toEqual({ kind: "throttled", afterMs: pauseMs });
    },
  );

  test("so does Microsoft with 406", async () => {
    const { sandbox, provider, pushes } = createWorld();
    sandbox.failNext(answer(406));
    expect((await provider.send(await pushes(1))).outcomes).toMatchObject([{ kind: "deferred" }]);
  });

  test("one subscription that is throttled does not stop the others for long", async () => {
    const { clock, sandbox, provider, push } = createWorld();
    const busy = await push();
    sandbox.settings.throttled.set(busy.token, "3600");
    const { health } = await provider.send([busy]);
    expect(health).toEqual({ kind: "throttled", afterMs: MINUTE });
    clock.time += MINUTE;
    expect((await provider.send([await push()])).outcomes).toMatchObject([{ kind: "accepted" }]);
  });
});

test("what people read never quotes an endpoint, a key, a token or the service's words", async () => {
  const { sandbox, provider, push } = createWorld({ timeoutMs: 50 });
  const messages = [];
  for (const fault of [answer(400), answer(404), answer(413), answer(429), answer(500), answer(302)]) {
    sandbox.failNext(fault);
    messages.push(...(await provider.send([await push()])).outcomes);
  }
  for (const kind of ["html", "drop", "hang"] as const) {
    sandbox.failNext(kind === "html" ? { kind, status: 403 } : { kind });
    messages.push(...(await provider.send([await push()])).outcomes);
  }
  expect(messages).toHaveLength(9);
  for (const outcome of messages) {
    const { message } = { message: "", ...outcome };
    expect(message).toMatch(/^[A-Z].{20,}\.$/);
    expect(message).not.toMatch(/wpush|mozilla|vapid t=|as the test|Bad Gateway/i);
  }
});
