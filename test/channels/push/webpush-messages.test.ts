import { describe, expect, test } from "vitest";
import { createWorld, VAPID } from "./webpush-fixture.ts";

describe("what concerns one message only", () => {
  test("404 and 410 are the end of its subscription", async () => {
    const { sandbox, provider, push, pushes } = createWorld();
    const [ended] = await pushes(1);
    sandbox.unsubscribe(ended?.token ?? "");
    const unknown = await push({ token: `${sandbox.settings.origin}/wpush/v2/nobody` });
    const report = await provider.send([...(ended ? [ended] : []), unknown, await push()]);
    expect(report).toMatchObject({
      outcomes: [
        { kind: "gone", code: "device_not_registered" },
        { kind: "gone", code: "device_not_registered" },
        { kind: "accepted" },
      ],
      health: { kind: "ok" },
    });
  });

  test("413 rejects it", async () => {
    const { sandbox, provider, pushes } = createWorld();
    sandbox.failNext({ kind: "answer", status: 413, body: {} });
    expect(await provider.send(await pushes(2))).toMatchObject({
      outcomes: [{ kind: "rejected", code: "message_too_big" }, { kind: "accepted" }],
      health: { kind: "ok" },
    });
  });

  test("a silent push is not sent: browsers take a subscription away for it", async () => {
    const { sandbox, provider, push } = createWorld();
    const silent = await push({
      title: null,
      body: null,
      data: { sync: 1 },
      options: { content_available: true },
    });
    expect((await provider.send([silent])).outcomes).toMatchObject([
      { kind: "rejected", code: "webpush_silent" },
    ]);
    expect(sandbox.requests).toEqual([]);
  });

  const POINT_BESIDE_THE_CURVE = `BA${"A".repeat(85)}`;
  test.each([
    ["no keys", null],
    ["a point beside the curve", { p256dh: POINT_BESIDE_THE_CURVE, auth: "AAAAAAAAAAAAAAAAAAAAAA" }],
    ["a short secret", { p256dh: VAPID.publicKey, auth: "AAAA" }],
    ["a compressed point", { p256dh: "A".repeat(44), auth: "AAAAAAAAAAAAAAAAAAAAAA" }],
    ["nonsense", { p256dh: "!", auth: "!" }],
  ])("a subscription with %s is of no use", async (_, keys) => {
    const { sandbox, provider, push } = createWorld();
    const report = await provider.send([await push({ keys }), await push()]);
    expect(report.outcomes).toMatchObject([
      { kind: "gone", code: "webpush_invalid_keys" },
      { kind: "accepted" },
    ]);
    expect(sandbox.requests).toHaveLength(1);
  });

  test.each([
    "https://internal.example.com/wpush/v2/a",
    "https://updates.push.services.mozilla.com.evil.example/a",
    "http://updates.push.services.mozilla.com/a",
    "https://169.254.169.254/latest/meta-data",
    "http://localhost:9911/a",
    "https://updates.push.services.mozilla.com:8443/a",
    "https://a:b@updates.push.services.mozilla.com/a",
    "not a URL",
  ])("%s is not asked, although it was registered", async (token) => {
    const { sandbox, provider, push } = createWorld();
    const report = await provider.send([await push({ token }), await push()]);
    expect(report.outcomes).toMatchObject([
      { kind: "rejected", code: "webpush_endpoint_refused" },
      { kind: "accepted" },
    ]);
    expect(sandbox.requests).toHaveLength(1);
  });
});
