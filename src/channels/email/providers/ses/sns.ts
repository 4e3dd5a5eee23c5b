import { parseJson } from "../../../../lib/objects.ts";
import { z } from "zod";
import { createKeyStore, type KeyStoreOptions } from "./sns-keys.ts";

const base = {
  MessageId: z.string().min(1),
  TopicArn: z.string().min(1),
  Message: z.string(),
  Timestamp: z.iso.datetime({ offset: true }),
  SignatureVersion: z.enum(["1", "2"]),
  Signature: z.base64().min(1),
  SigningCertURL: z.string(),
};
const handshake = { ...base, Token: z.string().min(1), SubscribeURL: z.string() };

/** What SNS posts to an HTTPS endpoint (sns/latest/dg/http-notification-json); its content type is text/plain. */
const snsMessage = z.discriminatedUnion("Type", [
  z.object({ Type: z.literal("Notification"), ...base, Subject: z.string().nullish() }),
  z.object({ Type: z.literal("SubscriptionConfirmation"), ...handshake }),
  z.object({ Type: z.literal("UnsubscribeConfirmation"), ...handshake }),
]);

export type SnsMessage = z.output<typeof snsMessage>;

export type SnsCheck =
  | { ok: true; message: SnsMessage }
  /** `certificate_unavailable` may be temporary: the answer is 503, so that SNS tries again. All others are refused for good. */
  | {
      ok: false;
      code:
        | "malformed"
        | "topic_not_allowed"
        | "certificate_url"
        | "certificate_unavailable"
        | "subscribe_url"
        | "signature";
    };

export interface SnsVerifierOptions extends KeyStoreOptions {
  /** ARNs of the topics that we accept. Anyone can have SNS sign messages of their own topics. */
  topics: readonly string[];
}

const SNS_HOST = /^sns\.[a-z0-9-]{3,32}\.amazonaws\.com(?:\.cn)?$/;

/** The URL if it is https, on SNS's own host, without a port and credentials. Null otherwise. */
function snsUrl(text: string): URL | null {
  const url = URL.parse(text);
  const isSns = url?.protocol === "https:" && SNS_HOST.test(url.hostname) && url.host === url.hostname;
  return isSns && url.username === "" && url.password === "" ? url : null;
}

const isCertificateUrl = (text: string): boolean => {
  const url = snsUrl(text);
  return (
    url !== null && url.search === "" && /^\/SimpleNotificationService-[A-Za-z0-9]+\.pem$/.test(url.pathname)
  );
};

/** Whether `text` confirms a subscription to `topic`, and nothing else. */
const isSubscribeUrl = (text: string, topic: string): boolean => {
  const query = snsUrl(text)?.searchParams;
  return query?.get("Action") === "ConfirmSubscription" && query.get("TopicArn") === topic;
};

/** The text that SNS signs: each name and value with a line feed, in the order of names (sns-verify-signature-of-message). */
function signedText(message: SnsMessage): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  const fields: [string, string][] =
    message.Type === "Notification"
      ? [
          ["Message", Message],
          ["MessageId", MessageId],
          // SNS leaves out an empty subject.
          ...(message.Subject ? [["Subject", message.Subject] satisfies [string, string]] : []),
          ["Timestamp", Timestamp],
          ["TopicArn", TopicArn],
          ["Type", Type],
        ]
      : [
          ["Message", Message],
          ["MessageId", MessageId],
          ["SubscribeURL", message.SubscribeURL],
          ["Timestamp", Timestamp],
          ["Token", message.Token],
          ["TopicArn", TopicArn],
          ["Type", Type],
        ];
  return fields.map(([name, value]) => `${name}\n${value}\n`).join("");
}

const parse = (body: string): SnsMessage | null => snsMessage.safeParse(parseJson(body)).data ?? null;

/** Verifies messages that claim to be from SNS. Keep one verifier, because it caches the keys. */
export function createSnsVerifier(options: SnsVerifierOptions) {
  const { topics } = options;
  const keys = createKeyStore(options);
  return async (body: string): Promise<SnsCheck> => {
    const message = parse(body);
    if (message === null) return { ok: false, code: "malformed" };
    if (!topics.includes(message.TopicArn)) return { ok: false, code: "topic_not_allowed" };
    if (!isCertificateUrl(message.SigningCertURL)) return { ok: false, code: "certificate_url" };
    if (message.Type !== "Notification" && !isSubscribeUrl(message.SubscribeURL, message.TopicArn))
      return { ok: false, code: "subscribe_url" };
    const hash = message.SignatureVersion === "1" ? "SHA-1" : "SHA-256";
    const key = await keys.get(message.SigningCertURL, hash);
    if (key === null) return { ok: false, code: "certificate_unavailable" };
    const signature = Uint8Array.from(atob(message.Signature), (character) => character.charCodeAt(0));
    const signed = new TextEncoder().encode(signedText(message));
    return (await crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, signature, signed))
      ? { ok: true, message }
      : { ok: false, code: "signature" };
  };
}
