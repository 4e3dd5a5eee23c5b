import { sha256Hex } from "../../../../lib/sha256.ts";
import { MAX_TTL_SECONDS, type PushOptionName } from "../../options.ts";
import type { PushMessage } from "../../provider.ts";

/** The options that a browser has. Of `sound` it knows only null. */
export const WEB_PUSH_OPTIONS = [
  "sound",
  "badge",
  "priority",
  "ttl",
  "image",
] as const satisfies PushOptionName[];

/** What a service worker gets, as JSON (`event.data.json()`). `src/api/push-sw` has one that shows it. */
export interface WebPushPayload {
  title: string;
  body: string;
  data: Record<string, unknown> | null;
  /** A notification replaces a former one with the same tag. */
  tag: string;
  image?: string | undefined;
  /** The number on the app's icon. (A notification's own `badge` is a picture.) */
  app_badge?: number | undefined;
  silent?: true | undefined;
}

/** Bytes that fit into one encrypted record of 4,096: less its header (86), the end of the text (1) and the tag (16). */
export const MAX_PAYLOAD_BYTES = 3_993;

/** Lengths are multiples of this, so that a push service does not learn how long a text is. JSON may end with spaces. */
const PAD_TO_BYTES = 256;

/** The payload in bytes of UTF-8; null if it does not fit. */
export function payloadOf({ title, body, data, options, collapseId }: PushMessage): Uint8Array | null {
  const payload: WebPushPayload = {
    title: title ?? "",
    body: body ?? "",
    data,
    tag: collapseId,
    image: options.image,
    app_badge: options.badge,
    silent: options.sound === null ? true : undefined,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  if (bytes.length > MAX_PAYLOAD_BYTES) return null;
  const length = Math.min(MAX_PAYLOAD_BYTES, Math.ceil(bytes.length / PAD_TO_BYTES) * PAD_TO_BYTES);
  const padded = new Uint8Array(length).fill(0x20);
  padded.set(bytes);
  return padded;
}

/** How a push service is to treat a message (RFC 8030, 5.2–5.4), but for who sends it. */
export async function headersOf(message: PushMessage, now: number): Promise<Record<string, string>> {
  return {
    ttl: String(ttlOf(message, now)),
    urgency:
      message.options.priority === undefined || message.options.priority === "high" ? "high" : "normal",
    topic: await topicOf(message.collapseId),
    "content-encoding": "aes128gcm",
    "content-type": "application/octet-stream",
  };
}

/** Seconds. */
const ttlOf = ({ expiresAt }: PushMessage, now: number): number =>
  expiresAt === null
    ? MAX_TTL_SECONDS
    : Math.min(MAX_TTL_SECONDS, Math.max(0, Math.floor((expiresAt - now) / 1_000)));

/** A topic has at most so many characters of base64url. A repeat replaces a message with the same topic that still waits. */
const MAX_TOPIC = 32;

/** A dispatch's id without its hyphens is a topic as it is. Any other text becomes one by its hash. */
async function topicOf(collapseId: string): Promise<string> {
  const plain = collapseId.replaceAll("-", "");
  return /^[0-9a-f]+$/.test(plain) && plain.length <= MAX_TOPIC
    ? plain
    : (await sha256Hex(collapseId)).slice(0, MAX_TOPIC);
}
