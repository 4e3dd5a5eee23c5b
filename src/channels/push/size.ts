import type { PushMessage } from "./provider.ts";

/**
 * What APNs, FCM and Expo take for one notification, in bytes of UTF-8 JSON
 * (https://docs.expo.dev/push-notifications/sending-notifications/#push-receipt-errors).
 */
export const MAX_PUSH_BYTES = 4_096;

// What a provider adds to a message, at its longest: APNs cuts a collapse id off at 64 bytes.
const FRAME = {
  sound: "default",
  priority: "high",
  expiration: 9_999_999_999,
  collapseId: "x".repeat(64),
  tag: "x".repeat(64),
};

/**
 * The bytes that a notification counts against MAX_PUSH_BYTES: its JSON as it is sent, without the recipient.
 * Never less than what a provider sends, so that what passes here is not refused as too big later.
 */
export function pushPayloadBytes(message: Pick<PushMessage, "title" | "body" | "data">): number {
  const { title, body, data } = message;
  const payload = { title, body, ...(data !== null && { data }), ...FRAME };
  return new TextEncoder().encode(JSON.stringify(payload)).length;
}
