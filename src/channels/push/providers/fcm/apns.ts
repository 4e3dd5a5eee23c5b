import { SECOND } from "../../../../lib/clock.ts";
import type { PushMessage } from "../../provider.ts";

/**
 * What FCM passes on to Apple's push service: its headers, and `aps`
 * (https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification). FCM adds the data.
 */
export interface ApnsConfig {
  headers: Record<string, string>;
  payload: { aps: Record<string, unknown> };
  fcmOptions?: { image: string };
}

export function toApns(message: PushMessage): ApnsConfig {
  const { options } = message;
  const isSilent = message.title === null && message.body === null;
  return {
    headers: {
      "apns-push-type": isBackground(message) ? "background" : "alert",
      "apns-priority": isSilent || options.priority === "normal" ? "5" : "10",
      "apns-collapse-id": message.collapseId,
      ...(message.expiresAt !== null && {
        "apns-expiration": String(Math.floor(message.expiresAt / SECOND)),
      }),
    },
    payload: {
      aps: {
        ...(!isSilent && { alert: alertOf(message), ...shown(message) }),
        ...(options.badge !== undefined && { badge: options.badge }),
        ...(options.content_available === true && { "content-available": 1 }),
      },
    },
    ...(options.image !== undefined && { fcmOptions: { image: options.image } }),
  };
}

/** The name of a sound; null for none. */
export const soundOf = ({ options }: PushMessage): string | null =>
  options.sound === undefined ? "default" : options.sound;

/** Apple calls a push that sets the number on the icon an alert, though it shows no text. */
const isBackground = ({ title, body, options }: PushMessage): boolean =>
  title === null && body === null && options.badge === undefined;

const alertOf = ({ title, body, options }: PushMessage): Record<string, string> => ({
  ...(title !== null && { title }),
  ...(options.subtitle !== undefined && { subtitle: options.subtitle }),
  ...(body !== null && { body }),
});

function shown(message: PushMessage): Record<string, unknown> {
  const { options } = message;
  const name = soundOf(message);
  const isCritical = options.interruption_level === "critical";
  return {
    // A critical alert is heard although the phone is muted, if it says so.
    ...(name !== null && { sound: isCritical ? { critical: 1, name, volume: 1 } : name }),
    ...(options.category_id !== undefined && { category: options.category_id }),
    ...(options.interruption_level !== undefined && { "interruption-level": options.interruption_level }),
    // The app's extension fetches the image.
    ...((options.mutable_content === true || options.image !== undefined) && { "mutable-content": 1 }),
  };
}
