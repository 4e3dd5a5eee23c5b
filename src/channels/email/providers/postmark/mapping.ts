import { formatAddress, type MessageLimits } from "../../headers.ts";
import { type Answer, member, stringMember } from "../../../send-kit/http.ts";
import { accepted, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { DISPATCH_TAG, type EmailMessage, type ProviderProbe } from "../../provider.ts";
import { commonVerdict, type EmailCode, probeOf, verdict } from "../verdicts.ts";

/** Postmark documents no limits of its own for headers: these are those of a header line (RFC 5322, §2.1.1). */
export const POSTMARK_LIMITS: MessageLimits = {
  asciiLocalPart: true,
  headers: 50,
  headerName: 76,
  headerValue: 900,
};

/** The stream for transactional mail, which every server has. */
const STREAM = "outbound";

/** One message of POST /email/batch (postmarkapp.com/developer/api/email-api). */
export const toPostmark = (message: EmailMessage) => ({
  From: formatAddress(message.from, "utf8"),
  To: formatAddress(message.to, "utf8"),
  ...(message.replyTo !== null && { ReplyTo: message.replyTo }),
  Subject: message.subject,
  HtmlBody: message.html,
  TextBody: message.text,
  MessageStream: STREAM,
  Headers: Object.entries(message.headers).map(([Name, Value]) => ({ Name, Value })),
  Metadata: { [DISPATCH_TAG]: message.dispatchId },
  TrackOpens: false,
  TrackLinks: "None",
});

/** API error codes (postmarkapp.com/developer/api/overview#error-codes), of a message in a batch or of the whole request. */
const ERRORS: Readonly<Record<number, EmailCode>> = {
  10: "provider_credentials",
  100: "provider_error", // maintenance
  300: "invalid_message",
  400: "sender_not_verified", // sender signature not found
  401: "sender_not_verified", // sender signature not confirmed
  402: "invalid_message", // invalid JSON
  403: "invalid_message", // invalid request fields
  405: "quota_exceeded", // not allowed to send: no credits left
  406: "suppressed", // inactive recipient: hard bounce, complaint or suppressed by hand
  409: "invalid_message", // JSON required
  410: "invalid_message", // too many messages in a batch
  411: "invalid_message", // forbidden attachment
  412: "provider_account", // pending approval
  413: "provider_account", // may not send
  429: "rate_limited",
  500: "provider_error",
  1221: "provider_configuration", // stream type
  1235: "provider_configuration", // the server has no such stream
  1236: "provider_configuration", // the stream does not send
};

const ofCode = (code: number): ProviderVerdict => verdict(ERRORS[code] ?? "unknown_error");

function ofResult(result: unknown): ProviderVerdict {
  const code = member(result, "ErrorCode");
  if (typeof code !== "number") return verdict("bad_answer");
  if (code !== 0) return ofCode(code);
  const messageId = stringMember(result, "MessageID");
  return messageId === undefined ? verdict("bad_answer") : accepted(messageId);
}

/** The verdict for each of `count` messages. The answer to a batch is 200 with one result a message, in order. */
export function fromPostmark(answer: Answer, count: number, now: number): ProviderVerdict[] {
  const all = (one: ProviderVerdict) => Array.from({ length: count }, () => one);
  if (answer.kind === "answer" && answer.status === 200) {
    const results: unknown[] = Array.isArray(answer.body) ? answer.body : [];
    return results.length === count ? results.map(ofResult) : all(verdict("bad_answer"));
  }
  const code = answer.kind === "answer" ? member(answer.body, "ErrorCode") : undefined;
  const whole =
    commonVerdict(answer, now) ?? (typeof code === "number" ? ofCode(code) : verdict("bad_answer"));
  // An error of the whole request does not show which message is wrong, so it rejects none, unless there is only one.
  return all(count > 1 && whole.outcome.kind === "rejected" ? verdict("unknown_error") : whole);
}

/** Interprets GET /server: the state of the server that the token belongs to. */
export const probeOfPostmark = (answer: Answer): ProviderProbe =>
  probeOf(answer, (server) => {
    if (stringMember(server, "Name") === undefined) return null;
    // A sandbox server accepts everything and delivers nothing.
    return stringMember(server, "DeliveryType") === "Sandbox"
      ? { kind: "degraded", code: "sandbox" }
      : { kind: "ok" };
  });
