import { SECOND } from "../../../../lib/clock.ts";
import { type Answer, member, stringMember } from "../../../send-kit/http.ts";
import { accepted, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import type { SmsMessage } from "../../provider.ts";
import { commonVerdict, type SmsCode, verdict } from "../verdicts.ts";

/** How long Twilio may keep a message in its queue: 1 second to 10 hours (Messages resource, ValidityPeriod). */
const MAX_VALIDITY_S = 36_000;

/** The dispatch's id in the address that reports go to. */
export const DISPATCH = "dispatch";

/** Where Twilio reports about a message; null where it could not reach us, and would refuse the message. */
const callbackFor = (publicUrl: string, dispatchId: string): string | null =>
  publicUrl.startsWith("https://") ? `${publicUrl}/webhooks/twilio?${DISPATCH}=${dispatchId}` : null;

const isService = (from: string): boolean => from.startsWith("MG");

/** The form of a message (www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource). */
export function toTwilio(message: SmsMessage, from: string, publicUrl: string, now: number): URLSearchParams {
  const callback = callbackFor(publicUrl, message.dispatchId);
  const form = new URLSearchParams({
    To: message.to,
    [isService(from) ? "MessagingServiceSid" : "From"]: from,
    Body: message.text,
  });
  if (callback !== null) form.set("StatusCallback", callback);
  if (message.expiresAt !== null) {
    const seconds = Math.floor((message.expiresAt - now) / SECOND);
    form.set("ValidityPeriod", String(Math.min(MAX_VALIDITY_S, Math.max(1, seconds))));
  }
  return form;
}

/** Error codes (www.twilio.com/docs/api/errors). */
const ERRORS: Readonly<Record<number, SmsCode>> = {
  10001: "provider_account", // account is not active
  14107: "rate_limited", // SMS rate limit exceeded
  20003: "provider_credentials",
  20005: "provider_account", // account not active
  20008: "provider_credentials", // test credentials
  20429: "rate_limited",
  20500: "provider_error",
  21211: "invalid_recipient", // invalid To
  21212: "invalid_sender",
  21214: "invalid_recipient", // To cannot be reached
  21217: "invalid_recipient", // does not appear to be valid
  21265: "invalid_recipient", // a short code
  21266: "invalid_recipient", // To and From are the same
  21267: "invalid_sender", // alphanumeric sender on a trial account
  21408: "country_not_enabled",
  21601: "invalid_recipient", // not SMS-capable
  21602: "invalid_message", // body is required
  21603: "invalid_sender", // From is required
  21604: "invalid_recipient", // To is required
  21605: "message_too_long",
  21606: "invalid_sender", // From is not ours
  21608: "recipient_not_allowed", // unverified number of a trial account
  21610: "unsubscribed",
  21611: "queue_full",
  21612: "no_route", // To is not reachable from this From
  21614: "invalid_recipient", // not a mobile number
  21617: "message_too_long",
  21619: "invalid_message", // neither body nor media
  21635: "invalid_recipient", // a landline
  21659: "invalid_sender", // From is no Twilio number
  21660: "invalid_sender", // of another account
  21661: "invalid_sender", // From is not SMS-capable
  21703: "invalid_sender", // the messaging service has no sender
  21704: "invalid_sender", // the messaging service has no sender for this number
  30001: "queue_full",
  30002: "provider_account", // suspended
  63038: "quota_exceeded", // the account's messages for the day
  90010: "provider_account", // account not active
};

/** The verdict for one message. 201 is created, with the message's sid. */
export function fromTwilio(answer: Answer, now: number): ProviderVerdict {
  if (answer.kind === "answer" && answer.status === 201) {
    const sid = stringMember(answer.body, "sid");
    return sid === undefined ? verdict("bad_answer") : accepted(sid);
  }
  const code = answer.kind === "answer" ? member(answer.body, "code") : undefined;
  const known = typeof code === "number" && Object.hasOwn(ERRORS, code) ? ERRORS[code] : undefined;
  // Retry-After is heeded with a 429 alone; of a code of the table its own wait counts.
  const common = commonVerdict(answer, now);
  if (answer.kind === "answer" && answer.status === 429 && common !== undefined) return common;
  if (known !== undefined) return verdict(known);
  return (
    common ?? verdict(answer.kind === "answer" && answer.status === 400 ? "unknown_error" : "bad_answer")
  );
}
