import { z } from "zod";

const fields = z.record(z.string(), z.unknown());

/** What is stored of a message, in the form in which it is printed. */
const email = z.object({
  to_name: z.string().nullable(),
  from: z.object({ name: z.string(), address: z.string() }),
  /** Null: the sender. */
  reply_to: z.string().nullable(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.string()),
});

const push = z.object({
  /** Null, like `body`, for a silent push. */
  title: z.string().nullable(),
  body: z.string().nullable(),
  data: fields.nullable(),
  options: fields,
  /** A push with the same one takes the place of the earlier on the device. */
  collapse_id: z.string(),
  /** ISO 8601; null for the push service's own default. */
  expires_at: z.string().nullable(),
});

const inApp = z.object({ title: z.string(), body: z.string(), data: fields.nullable() });

const sms = z.object({
  /** The sender: a number or a name. */
  from: z.string(),
  body: z.string(),
  /** What it would cost. */
  segments: z.int(),
  encoding: z.enum(["gsm7", "ucs2"]),
});

const chat = z.object({
  /** Of the connection. */
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  action: z.object({ label: z.string(), url: z.string() }).nullable(),
});

export const CONTENTS = { email, push, in_app: inApp, sms, chat } as const;

export type EmailContent = z.infer<typeof email>;
export type PushContent = z.infer<typeof push>;
export type SmsContent = z.infer<typeof sms>;
export type InAppContent = z.infer<typeof inApp>;
export type ChatContent = z.infer<typeof chat>;

/** A message that a provider for development takes. */
export interface Taken {
  dispatchId: string;
  /** The address, the device's token or the number. */
  to: string;
  content:
    | { channel: "email"; message: EmailContent }
    | { channel: "push"; message: PushContent }
    | { channel: "sms"; message: SmsContent }
    | { channel: "chat"; message: ChatContent };
}

/** Where the providers for development put what they take. It never throws: a message must not fail because of it. */
export type Outbox = (taken: readonly Taken[]) => Promise<void>;

/** A message of the outbox. */
export interface OutboxMessage {
  /** A UUIDv7 of the time at which it was taken or delivered. */
  id: string;
  /** Epoch ms. */
  at: number;
  dispatchId: string;
  userId: string;
  type: string;
  /** The address or the device's token; null in the app. */
  to: string | null;
  /** The web addresses that it leads to, in the order in which they stand there, each once. */
  links: readonly string[];
  content:
    | { channel: "email"; message: EmailContent }
    | { channel: "push"; message: PushContent }
    | { channel: "in_app"; message: InAppContent }
    | { channel: "sms"; message: SmsContent }
    | { channel: "chat"; message: ChatContent };
}
