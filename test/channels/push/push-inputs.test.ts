import { describe, expect, test } from "vitest";
import { toExpoMessage } from "../../../src/channels/push/providers/expo/mapping.ts";
import { isExpoPushToken } from "../../../src/channels/push/providers/expo/token.ts";
import { createLogProvider } from "../../../src/channels/push/providers/log/index.ts";
import { MAX_PUSH_BYTES, pushPayloadBytes } from "../../../src/channels/push/options.ts";
import type { Log, LogFields } from "../../../src/lib/log.ts";
import { createWorld, NOW, pushes, pushTo, tokenOf } from "./expo-fixture.ts";

describe("an Expo push token", () => {
  test.each([
    "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]",
    "ExpoPushToken[a-B_9]",
    "F5741A13-BCDA-434B-A316-5DC0E6FFA94F",
    `ExponentPushToken[${"x".repeat(181)}]`,
  ])("is recognized: %s", (text) => {
    expect(isExpoPushToken(text)).toBe(true);
  });

  test.each([
    "",
    "ExponentPushToken[]",
    "ExponentPushToken[a b]",
    "ExponentPushToken[a\u0000b]",
    "ExponentPushToken[a\u200bb]",
    "ExponentPushToken[a]\n",
    " ExponentPushToken[a]",
    "exponentpushtoken[a]",
    "PushToken[a]",
    `ExponentPushToken[${"x".repeat(182)}]`,
    "dGVzdC1mY20tdG9rZW4:APA91b",
  ])("is not: %j", (text) => {
    expect(isExpoPushToken(text)).toBe(false);
  });
});

describe("the size of a notification", () => {
  test("is never less than what is sent, at the longest collapse id", () => {
    const message = pushTo(tokenOf("a"), {
      title: "Läuft 🏃",
      data: { prompt_id: "ph_9c1d4e", nested: { list: [1, "é"] } },
      collapseId: "c".repeat(64),
      expiresAt: NOW,
    });
    const { to: _, ...sent } = toExpoMessage(message);
    expect(pushPayloadBytes(message)).toBe(new TextEncoder().encode(JSON.stringify(sent)).length);
  });

  test("up to the limit Expo takes it", async () => {
    const { provider } = createWorld();
    const base = pushTo(tokenOf("a"), { collapseId: "c".repeat(64), expiresAt: NOW, body: "" });
    const room = MAX_PUSH_BYTES - pushPayloadBytes(base);
    const full = { ...base, body: "x".repeat(room) };
    const over = { ...base, body: "x".repeat(room + 1) };
    expect([pushPayloadBytes(full), pushPayloadBytes(over)]).toEqual([4_096, 4_097]);
    const { outcomes } = await provider.send([full, over]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["accepted", "rejected"]);
  });
});

test("the log provider accepts everything, and logs how many and nothing else", async () => {
  const lines: [string, LogFields | undefined][] = [];
  const log: Log = {
    info: (event, fields) => void lines.push([event, fields]),
    warn: () => expect.unreachable(),
    error: () => expect.unreachable(),
    with: () => log,
  };
  const report = await createLogProvider({ log }).send(pushes(2));
  expect(report).toEqual({
    outcomes: [1, 2].map(() => ({ kind: "accepted", messageId: null })),
    health: { kind: "ok" },
  });
  expect(lines).toEqual([["push_not_delivered", { provider: "log", messages: 2 }]]);
});

test("the pace keeps any one second under Expo's 600 notifications", () => {
  const { pace, maxPerRequest } = createWorld().provider;
  expect(pace.burst + pace.ratePerSecond).toBeLessThan(600);
  expect(pace.burst).toBeGreaterThanOrEqual(maxPerRequest);
});
