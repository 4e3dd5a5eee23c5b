import { describe, expect, test } from "vitest";
import { MAX_PUSH_BYTES, type PushOptions } from "../../../../src/channels/push/options.ts";
import { toFcmMessage } from "../../../../src/channels/push/providers/fcm/mapping.ts";
import { fcmTokenOf } from "../../../support/sandbox/fcm/account.ts";
import { codeOf, createWorld, NOW, pushTo, sendOne } from "./fixture.ts";

const ID = "019a5f3e-1d2c-7abc-8def-0123456789ab";
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a message as FCM gets it", () => {
  test("says the same on Android, iOS and in a browser", () => {
    expect(asJson(toFcmMessage(pushTo("a", { expiresAt: NOW + 90_500 }), NOW))).toEqual({
      token: fcmTokenOf("a"),
      notification: {
        title: "Time to log your run!",
        body: "You haven't recorded an activity in 3 days.",
      },
      android: { ttl: "91s", priority: "HIGH", notification: { tag: ID, sound: "default" } },
      apns: {
        headers: {
          "apns-push-type": "alert",
          "apns-priority": "10",
          "apns-collapse-id": ID,
          "apns-expiration": String((NOW + 90_000) / 1_000),
        },
        payload: {
          aps: {
            alert: {
              title: "Time to log your run!",
              body: "You haven't recorded an activity in 3 days.",
            },
            sound: "default",
          },
        },
      },
      webpush: {
        headers: { TTL: "91", Urgency: "high", Topic: "019a5f3e1d2c7abc8def0123456789ab" },
        notification: { tag: ID },
      },
    });
  });

  test("has every option where the platform has it", () => {
    const options = {
      sound: "bell.caf",
      badge: 3,
      priority: "normal",
      ttl: 60,
      subtitle: "Week 3",
      channel_id: "training",
      interruption_level: "time-sensitive",
      mutable_content: true,
      category_id: "workout",
      image: "https://cdn.example.com/run.png",
      content_available: true,
    } satisfies Required<PushOptions>;
    const message = toFcmMessage(pushTo("a", { title: "T", body: "B", options }), NOW);
    expect(message).toMatchObject({
      notification: { title: "T", body: "B", image: options.image },
      android: { priority: "NORMAL", notification: { channelId: "training", sound: "bell.caf" } },
      webpush: { headers: { Urgency: "normal" } },
    });
    expect(message.apns).toEqual({
      headers: { "apns-push-type": "alert", "apns-priority": "5", "apns-collapse-id": ID },
      payload: {
        aps: {
          alert: { title: "T", subtitle: "Week 3", body: "B" },
          sound: "bell.caf",
          category: "workout",
          "interruption-level": "time-sensitive",
          "mutable-content": 1,
          badge: 3,
          "content-available": 1,
        },
      },
      fcmOptions: { image: options.image },
    });
  });

  test("without title and body shows nothing, and wakes the app as Apple allows", () => {
    const silent = { title: null, body: null, options: { content_available: true } };
    const message = toFcmMessage(pushTo("a", { ...silent, data: { a: "1" } }), NOW);
    expect(asJson(message)).toEqual({
      token: fcmTokenOf("a"),
      data: { a: "1" },
      android: { priority: "NORMAL" },
      apns: {
        headers: { "apns-push-type": "background", "apns-priority": "5", "apns-collapse-id": ID },
        payload: { aps: { "content-available": 1 } },
      },
      webpush: { headers: { Urgency: "normal", Topic: "019a5f3e1d2c7abc8def0123456789ab" } },
    });
    const badge = toFcmMessage(pushTo("a", { ...silent, options: { badge: 0 } }), NOW);
    expect(badge.apns).toMatchObject({
      headers: { "apns-push-type": "alert", "apns-priority": "5" },
      payload: { aps: { badge: 0 } },
    });
  });

  test.each([
    ["no sound at all", { sound: null }, undefined],
    [
      "a critical alert, which is heard although the phone is muted",
      { interruption_level: "critical" },
      {
        critical: 1,
        name: "default",
        volume: 1,
      },
    ],
  ] as const)("may have %s", (_, options, sound) => {
    const { apns, android, webpush } = toFcmMessage(pushTo("a", { options }), NOW);
    expect(apns.payload.aps["sound"]).toEqual(sound);
    expect(android.notification?.sound).toBe(sound === undefined ? undefined : "default");
    expect(webpush.notification?.["silent"]).toBe(sound === undefined ? true : undefined);
  });

  test.each([
    ["in the past", NOW - 5_000, "0s"],
    ["now", NOW, "0s"],
    ["further away than FCM keeps anything", NOW + 99 * 86_400_000, "2419200s"],
  ])("whose end is %s is kept for %s", (_, expiresAt, ttl) => {
    expect(toFcmMessage(pushTo("a", { expiresAt }), NOW).android.ttl).toBe(ttl);
  });

  test("has texts alone as data: other values become their JSON", () => {
    const data = {
      text: "a",
      n: 1.5,
      yes: true,
      no: null,
      list: [1, "b"],
      deep: { a: { b: "c" } },
      none: undefined,
    };
    expect(toFcmMessage(pushTo("a", { data }), NOW).data).toEqual({
      text: "a",
      n: "1.5",
      yes: "true",
      no: "null",
      list: '[1,"b"]',
      deep: '{"a":{"b":"c"}}',
    });
  });
});

describe("FCM takes", () => {
  const everything: PushOptions = {
    sound: "bell",
    badge: 1,
    priority: "high",
    subtitle: "s",
    channel_id: "c",
    interruption_level: "critical",
    mutable_content: true,
    category_id: "k",
    image: "https://cdn.example.com/a.png",
    content_available: true,
  };

  test.each([
    ["a plain message", {}],
    ["one with everything", { options: everything, data: { a: { b: 1 } }, expiresAt: NOW + 1_000 }],
    [
      "a silent one",
      { title: null, body: null, data: { a: 1 }, options: { content_available: true, badge: 2 } },
    ],
    ["one with a title alone", { body: null }],
  ])("%s: it fits Google's schema", async (_, over) => {
    const { provider, sandbox } = createWorld();
    const { outcome, health } = await sendOne(provider, pushTo("a", over));
    expect([outcome, health]).toEqual([
      { kind: "accepted", messageId: sandbox.accepted[0]?.name },
      { kind: "ok" },
    ]);
  });

  test("no key that it keeps for itself: it is not even asked", async () => {
    const { provider, sandbox } = createWorld();
    for (const key of ["from", "message_type", "google.x", "gcm.notification.title"]) {
      const { outcome, health } = await sendOne(provider, pushTo("a", { data: { [key]: "x" } }));
      expect([codeOf(outcome), outcome.kind, health.kind]).toEqual(["fcm_reserved_key", "rejected", "ok"]);
    }
    expect(sandbox.requests).toEqual([]);
    expect(codeOf((await sendOne(provider, pushTo("a", { data: { fromage: "x" } }))).outcome)).toBe(
      "accepted",
    );
  });

  test("nothing that is larger than its limit, and says so", async () => {
    const { provider } = createWorld();
    const { outcome } = await sendOne(provider, pushTo("a", { data: { a: "x".repeat(MAX_PUSH_BYTES) } }));
    expect(outcome).toMatchObject({ kind: "rejected", code: "message_too_big" });
  });
});
