import { SECOND } from "../../../../lib/clock.ts";
import { type Answer, stringMember } from "../../../send-kit/http.ts";
import { accepted, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import type { SmsMessage } from "../../provider.ts";
import { commonVerdict, type SmsCode, verdict } from "../verdicts.ts";

/** How long Vonage may try to deliver: 20 seconds to 7 days. */
const [MIN_TTL_S, MAX_TTL_S] = [20, 604_800];

const withoutPlus = (number: string): string => number.replace(/^\+/, "");

/** The body of POST /v1/messages (developer.vonage.com/en/api/messages). Numbers have no plus. */
export const toVonage = (message: SmsMessage, from: string, now: number) => ({
  channel: "sms",
  message_type: "text",
  to: withoutPlus(message.to),
  from: withoutPlus(from),
  text: message.text,
  client_ref: message.dispatchId,
  ...(message.expiresAt !== null && {
    ttl: Math.min(MAX_TTL_S, Math.max(MIN_TTL_S, Math.floor((message.expiresAt - now) / SECOND))),
  }),
});

/** The codes at the end of an error's `type` (developer.vonage.com/api-errors/messages). */
const ERRORS: Readonly<Record<string, SmsCode>> = {
  1000: "rate_limited",
  1010: "invalid_message", // missing parameters
  1020: "invalid_message", // invalid parameters
  1030: "provider_error",
  1040: "invalid_recipient", // an unrecognised prefix
  1050: "recipient_not_allowed", // the number is barred
  1060: "provider_account", // our account is barred
  1070: "quota_exceeded", // no credit
  1080: "provider_account", // not enabled for REST
  1090: "message_too_long",
  1100: "provider_error", // communication failed
  1120: "invalid_sender",
  1170: "invalid_recipient", // invalid or missing number
  1240: "unsubscribed", // the user has opted out
};

function codeIn(answer: Answer): string | undefined {
  const type = answer.kind === "answer" ? stringMember(answer.body, "type") : undefined;
  return type === undefined ? undefined : /#(\d{4})$/.exec(type)?.[1];
}

/** The verdict for one message. 202 is accepted, with the message's id. */
export function fromVonage(answer: Answer, now: number): ProviderVerdict {
  if (answer.kind === "answer" && answer.status === 202) {
    const id = stringMember(answer.body, "message_uuid");
    return id === undefined ? verdict("bad_answer") : accepted(id);
  }
  const common = commonVerdict(answer, now);
  if (common !== undefined) return common;
  const code = codeIn(answer) ?? "";
  if (Object.hasOwn(ERRORS, code)) return verdict(ERRORS[code] ?? "unknown_error");
  const status = answer.kind === "answer" ? answer.status : 0;
  if (status === 402) return verdict("quota_exceeded");
  return verdict(status === 400 || status === 422 ? "unknown_error" : "bad_answer");
}
