import { describe, expect, test } from "vitest";
import { createWorld, NOW, pushes, pushTo, tokenOf } from "./expo-fixture.ts";

const SECOND = 1_000;

describe("a request that Expo takes", () => {
  test("carries each message in Expo's format", async () => {
    const { sandbox, provider } = createWorld();
    const message = pushTo(tokenOf("a"), { data: { deep_link: "eirapp://x" }, expiresAt: NOW + 90_500 });
    await provider.send([message]);
    expect(sandbox.accepted).toHaveLength(1);
    expect(sandbox.accepted[0]).toMatchObject({ token: message.token });
    expect(sandbox.accepted[0]?.message).toEqual({
      title: message.title,
      body: message.body,
      data: { deep_link: "eirapp://x" },
      sound: "default",
      priority: "high",
      expiration: NOW / SECOND + 90,
      collapseId: message.collapseId,
      tag: message.collapseId,
    });
  });

  test("leaves out data and expiration where there are none", async () => {
    const { sandbox, provider } = createWorld();
    await provider.send([pushTo(tokenOf("a"))]);
    expect(Object.keys(sandbox.accepted[0]?.message ?? {}).toSorted()).toEqual([
      "body",
      "collapseId",
      "priority",
      "sound",
      "tag",
      "title",
    ]);
  });

  test("gives each message the id of its own ticket, in order", async () => {
    const { sandbox, provider } = createWorld();
    const report = await provider.send(pushes(100));
    expect(report.health).toEqual({ kind: "ok" });
    expect(report.outcomes).toEqual(
      pushes(100).map(({ token }) => ({
        kind: "accepted",
        messageId: sandbox.accepted.find((push) => push.token === token)?.ticket,
      })),
    );
    expect(sandbox.requests).toHaveLength(1);
  });

  test("may be answered with a single ticket outside of an array", async () => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext({ kind: "answer", body: JSON.stringify({ data: { status: "ok", id: "t1" } }) });
    const report = await provider.send([pushTo(tokenOf("a"))]);
    expect(report).toEqual({ outcomes: [{ kind: "accepted", messageId: "t1" }], health: { kind: "ok" } });
  });

  test("is compressed above 1 KB and not below", async () => {
    const { sandbox, provider } = createWorld();
    await provider.send(pushes(1));
    await provider.send(pushes(20));
    expect(sandbox.requests.map(({ gzip, size }) => ({ gzip, size }))).toEqual([
      { gzip: false, size: 1 },
      { gzip: true, size: 20 },
    ]);
    expect(sandbox.accepted).toHaveLength(21);
  });

  test("says who sends, and carries the access token where there is one", async () => {
    const open = createWorld();
    await open.provider.send(pushes(1));
    expect(open.sandbox.requests[0]?.headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": "Tidings/1.0",
    });
    expect(open.sandbox.requests[0]?.headers).not.toHaveProperty("authorization");

    const secured = createWorld({ accessToken: "s3cret" });
    secured.sandbox.settings.accessToken = "s3cret";
    expect((await secured.provider.send(pushes(1))).outcomes[0]?.kind).toBe("accepted");
  });

  test("is not made for no messages", async () => {
    const { sandbox, provider } = createWorld();
    expect(await provider.send([])).toEqual({ outcomes: [], health: { kind: "ok" } });
    expect(sandbox.requests).toEqual([]);
  });
});

describe("a ticket with an error concerns its own message only", () => {
  const ROWS: [error: string, kind: string, code: string][] = [
    ["DeviceNotRegistered", "gone", "device_not_registered"],
    ["MessageTooBig", "rejected", "message_too_big"],
    ["MismatchSenderId", "rejected", "expo_mismatched_sender"],
    ["InvalidCredentials", "rejected", "expo_invalid_credentials"],
    ["DeveloperError", "rejected", "expo_developer_error"],
    ["MessageRateExceeded", "retry", "message_rate_exceeded"],
    ["ExpoError", "retry", "expo_internal_error"],
    ["ProviderError", "retry", "expo_upstream_error"],
    ["SomethingNew", "retry", "expo_unknown_error"],
    ["constructor", "retry", "expo_unknown_error"],
  ];
  test.each(ROWS)("%s → %s", async (error, kind, code) => {
    const { sandbox, provider } = createWorld();
    sandbox.settings.ticketErrors.set(tokenOf(1), error);
    const report = await provider.send(pushes(3));
    expect(report.outcomes.map((outcome) => outcome.kind)).toEqual(["accepted", kind, "accepted"]);
    expect(report.outcomes[1]).toMatchObject({ kind, code });
    expect(report.health).toEqual({ kind: "ok" });
  });

  test("a token that Expo does not know is gone, and a message over 4,096 bytes is rejected", async () => {
    const { provider } = createWorld();
    const report = await provider.send([
      pushTo("not a token"),
      pushTo(tokenOf("a"), { body: "é".repeat(2_048) }),
      pushTo(tokenOf("b")),
    ]);
    expect(report.outcomes.map((outcome) => outcome.kind)).toEqual(["gone", "rejected", "accepted"]);
  });

  test("a ticket without sense is retried and held against Expo, the others keep theirs", async () => {
    const { sandbox, provider } = createWorld();
    const data = [{ status: "ok" }, { status: "maybe" }, { status: "error" }];
    sandbox.failNext({ kind: "answer", body: JSON.stringify({ data }) });
    const report = await provider.send(pushes(3));
    expect(report.outcomes).toMatchObject([
      { kind: "accepted", messageId: null },
      { kind: "retry", code: "expo_bad_response" },
      { kind: "retry", code: "expo_unknown_error" },
    ]);
    expect(report.health).toEqual({ kind: "error" });
  });
});
