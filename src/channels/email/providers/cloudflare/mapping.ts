import { cleanName, type MessageLimits } from "../../headers.ts";
import type { EmailMessage } from "../../provider.ts";
import { stringMember } from "../../../send-kit/http.ts";
import { accepted, lookUp, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { type EmailCode, verdict } from "../verdicts.ts";

/** developers.cloudflare.com/email-service/reference/headers: 20 that are not `X-`, 100 bytes a name, 2,048 a value. */
export const CLOUDFLARE_LIMITS: MessageLimits = {
  asciiLocalPart: true,
  headers: 20,
  headerName: 100,
  headerValue: 2_048,
};

/** The argument of the binding's `send`. It has no tags, so events are matched by the message's id. */
export interface CloudflareMessage {
  from: string | { email: string; name: string };
  to: string | { email: string; name: string };
  replyTo?: string;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
}

/** The binding encodes the header itself, so the name is passed as it is, on one line. */
const mailbox = (name: string | null, email: string): CloudflareMessage["to"] => {
  const clean = cleanName(name);
  return clean === null ? email : { email, name: clean };
};

export const toCloudflare = (message: EmailMessage): CloudflareMessage => ({
  from: mailbox(message.from.name, message.from.address),
  to: mailbox(message.to.name, message.to.address),
  ...(message.replyTo !== null && { replyTo: message.replyTo }),
  subject: message.subject,
  html: message.html,
  text: message.text,
  headers: { ...message.headers },
});

/** `code` of the errors that `send` throws: developers.cloudflare.com/email-service/api/send-emails/workers-api#error-codes. */
const ERRORS: Readonly<Record<string, EmailCode>> = {
  E_VALIDATION_ERROR: "invalid_message",
  E_FIELD_MISSING: "invalid_message",
  E_TOO_MANY_RECIPIENTS: "invalid_message",
  E_CONTENT_TOO_LARGE: "message_too_big",
  E_HEADER_NOT_ALLOWED: "invalid_header",
  E_HEADER_USE_API_FIELD: "invalid_header",
  E_HEADER_VALUE_INVALID: "invalid_header",
  E_HEADER_VALUE_TOO_LONG: "invalid_header",
  E_HEADER_NAME_INVALID: "invalid_header",
  E_HEADERS_TOO_LARGE: "invalid_header",
  E_HEADERS_TOO_MANY: "invalid_header",
  E_SENDER_NOT_VERIFIED: "sender_not_verified",
  E_SENDER_DOMAIN_NOT_AVAILABLE: "sender_not_verified",
  E_RECIPIENT_NOT_ALLOWED: "recipient_not_allowed",
  E_RECIPIENT_SUPPRESSED: "suppressed",
  E_RATE_LIMIT_EXCEEDED: "rate_limited",
  E_DAILY_LIMIT_EXCEEDED: "quota_exceeded",
  E_DELIVERY_FAILED: "delivery_failed",
  E_INTERNAL_SERVER_ERROR: "provider_error",
};

/** The verdict for a resolved `send`. */
export function fromCloudflare(result: unknown): ProviderVerdict {
  const messageId = stringMember(result, "messageId");
  return messageId === undefined ? verdict("bad_answer") : accepted(messageId);
}

/** The verdict for a thrown error. One without a code came from the connection, not from the service. */
export function fromCloudflareError(cause: unknown): ProviderVerdict {
  const code = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  if (typeof code !== "string") return verdict("network_error");
  return verdict(lookUp(ERRORS, code) ?? "unknown_error");
}
