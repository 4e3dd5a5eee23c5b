import { SECOND } from "../../../../lib/clock.ts";
import { MAX_TTL_SECONDS } from "../../options.ts";
import type { PushMessage } from "../../provider.ts";
import { type ApnsConfig, soundOf, toApns } from "./apns.ts";

/**
 * A message in FCM's format (https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages), with the names of
 * Google's discovery document. What is undefined does not become JSON.
 */
export interface FcmMessage {
  token: string;
  notification?: { title?: string | undefined; body?: string | undefined; image?: string | undefined };
  data?: Record<string, string> | undefined;
  android: {
    /** Such as `3600s`. */
    ttl?: string | undefined;
    priority: "NORMAL" | "HIGH";
    notification?: {
      channelId?: string | undefined;
      /** A later message with the same tag replaces this one in the drawer. */
      tag: string;
      sound?: string | undefined;
    };
  };
  apns: ApnsConfig;
  webpush: { headers: Record<string, string>; notification?: Record<string, unknown> };
}

/**
 * FCM's `collapseKey` is left out: of an offline phone it keeps the messages of four keys only, and each of ours would have a
 * key of its own. On the phone a repeat replaces the first by `tag`, on iOS by `apns-collapse-id`.
 * @param now epoch ms: Android and browsers are told how long a message is kept, iPhones until when
 */
export function toFcmMessage(message: PushMessage, now: number): FcmMessage {
  const { options, data } = message;
  const isSilent = message.title === null && message.body === null;
  const seconds = secondsLeft(message.expiresAt, now);
  const notification = {
    title: message.title ?? undefined,
    body: message.body ?? undefined,
    image: options.image,
  };
  return {
    token: message.token,
    ...(!isSilent && { notification }),
    data: data === null ? undefined : toFcmData(data),
    android: {
      ttl: seconds === null ? undefined : `${seconds}s`,
      priority: isUrgent(message) ? "HIGH" : "NORMAL",
      ...(!isSilent && {
        notification: {
          channelId: options.channel_id,
          tag: message.collapseId,
          sound: soundOf(message) ?? undefined,
        },
      }),
    },
    apns: toApns(message),
    webpush: toWebPush(message, isSilent, seconds),
  };
}

/** Whether it may wake a sleeping phone: what is shown, unless its sender says otherwise. */
const isUrgent = ({ title, body, options }: PushMessage): boolean =>
  options.priority === undefined ? title !== null || body !== null : options.priority === "high";

function secondsLeft(expiresAt: number | null, now: number): number | null {
  if (expiresAt === null) return null;
  return Math.min(Math.max(0, Math.ceil((expiresAt - now) / SECOND)), MAX_TTL_SECONDS);
}

/** RFC 8030: a topic has at most 32 characters. A UUID without its dashes is just as long. */
const MAX_TOPIC = 32;

function toWebPush(message: PushMessage, isSilent: boolean, seconds: number | null): FcmMessage["webpush"] {
  const { collapseId, options } = message;
  return {
    headers: {
      ...(seconds !== null && { TTL: String(seconds) }),
      Urgency: isUrgent(message) ? "high" : "normal",
      Topic: collapseId.replaceAll(/[^\w]/g, "").slice(-MAX_TOPIC),
    },
    ...(!isSilent && {
      notification: { tag: collapseId, ...(options.sound === null && { silent: true }) },
    }),
  };
}

/** FCM takes texts alone: other values become their JSON. */
const toFcmData = (data: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return text === undefined ? [] : [[key, text]];
    }),
  );

const RESERVED = /^(?:from$|message_type$|google|gcm)/;

/** Whether the data have a key that FCM refuses. */
export const hasReservedKey = ({ data }: PushMessage): boolean =>
  data !== null && Object.keys(data).some((key) => RESERVED.test(key));
