import type { PushOptions } from "./options.ts";

/**
 * What APNs, FCM and Expo take for one notification, in bytes of UTF-8 JSON
 * (https://docs.expo.dev/push-notifications/sending-notifications/#push-receipt-errors).
 */
export const MAX_PUSH_BYTES = 4_096;

// The most that a provider adds to a message. APNs takes collapse ids of up to 64 bytes.
const FRAME = {
  sound: "default",
  priority: "high",
  expiration: 9_999_999_999,
  collapseId: "x".repeat(64),
  tag: "x".repeat(64),
};

/** A message whose size counts. */
interface Sized {
  title?: string | null | undefined;
  body?: string | null | undefined;
  data?: Record<string, unknown> | null | undefined;
  options?: PushOptions | undefined;
}

/** What is missing does not become JSON. */
const textOf = ({ title, body, data }: Sized) => ({
  title: title ?? undefined,
  body: body ?? undefined,
  data: data ?? undefined,
});

/** JSON's length in bytes of UTF-8. */
const jsonBytes = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/**
 * The bytes that a notification counts against MAX_PUSH_BYTES: its JSON as it is sent, without the recipient.
 * It is never less than what a provider sends, so that no message passes here and is too big later.
 */
export function pushPayloadBytes({ options = {}, ...message }: Sized): number {
  const { ttl: _, image, ...shown } = options;
  // Our names of the options are at least as long as a provider's. Only the image is nested deeper there.
  const rich = image === undefined ? {} : { richContent: { image } };
  return jsonBytes({ ...textOf(message), ...FRAME, ...shown, ...rich });
}

/**
 * The most for a message that goes to the inbox alone, in bytes of UTF-8 JSON. Any title and body fit; a page of the inbox
 * and a frame of its socket hold up to 100 messages.
 */
export const MAX_IN_APP_BYTES = 16_384;

/** The bytes that an in-app message counts against MAX_IN_APP_BYTES. */
export const inAppBytes = (message: Sized): number => jsonBytes(textOf(message));
