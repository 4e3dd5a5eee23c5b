import { expect, test } from "vitest";
import { isCertainlyFcmToken, isFcmToken } from "../../../../src/channels/push/providers/fcm/token.ts";
import { fcmTokenOf } from "../../../support/sandbox/fcm/account.ts";

test.each([
  ["as FCM issues them today", fcmTokenOf("fXyZ"), [true, true]],
  ["of an old kind, without a colon", `APA91b${"x".repeat(140)}`, [true, false]],
  ["that another service could have issued", "a".repeat(64), [true, false]],
  ["too short", `abc:APA91b${"x".repeat(20)}`, [false, false]],
  ["too long", `${"x".repeat(22)}:APA91b${"x".repeat(4_096)}`, [false, false]],
  ["Expo's", `ExponentPushToken[${"x".repeat(80)}]`, [false, false]],
  ["a browser's endpoint", `https://fcm.googleapis.com/fcm/send/${"x".repeat(80)}`, [false, false]],
  ["with white space", `${fcmTokenOf("a")} `, [false, false]],
  ["with a line feed", `${fcmTokenOf("a")}\n`, [false, false]],
])("a token %s", (_, token, [could, certain]) => {
  expect([isFcmToken(token), isCertainlyFcmToken(token)]).toEqual([could, certain]);
});
