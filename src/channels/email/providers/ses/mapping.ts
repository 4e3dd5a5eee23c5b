import { formatAddress, type MessageLimits } from "../../headers.ts";
import { type Answer, member, stringMember, retryAfterMs } from "../../../send-kit/http.ts";
import { accepted, lookUp, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { DISPATCH_TAG, type EmailMessage, type ProviderProbe } from "../../provider.ts";
import { commonVerdict, type EmailCode, probeOf, ROLLING_QUOTA_WAIT_MS, verdict } from "../verdicts.ts";

/** From API_Message and API_MessageHeader of the SES v2 reference, which give two limits for a value (870, 995): the smaller. */
export const SES_LIMITS: MessageLimits = {
  asciiLocalPart: true,
  headers: 15,
  headerName: 126,
  headerValue: 870,
};

const utf8 = (data: string) => ({ Data: data, Charset: "UTF-8" });

/** The body of SendEmail (POST /v2/email/outbound-emails). SES takes only ASCII in addresses, so names are encoded-words. */
export const toSes = (message: EmailMessage, configurationSet: string | undefined) => ({
  FromEmailAddress: formatAddress(message.from, "ascii"),
  ...(message.replyTo !== null && { ReplyToAddresses: [message.replyTo] }),
  Destination: { ToAddresses: [formatAddress(message.to, "ascii")] },
  Content: {
    Simple: {
      Subject: utf8(message.subject),
      Body: { Html: utf8(message.html), Text: utf8(message.text) },
      Headers: Object.entries(message.headers).map(([Name, Value]) => ({ Name, Value })),
    },
  },
  EmailTags: [{ Name: DISPATCH_TAG, Value: message.dispatchId }],
  ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
});

/**
 * Error names of SendEmail (API reference v2; most come as 400, so the status says little), and of AWS's common errors.
 * `throttling` and `refusal` have several meanings; the text of the error shows which.
 */
const ERRORS: Readonly<Record<string, EmailCode | "throttling" | "refusal">> = {
  MessageRejected: "refusal",
  BadRequestException: "refusal",
  ValidationException: "refusal",
  TooManyRequestsException: "throttling",
  LimitExceededException: "throttling",
  ThrottlingException: "throttling",
  Throttling: "throttling",
  RequestLimitExceeded: "throttling",
  AccountSuspendedException: "provider_account",
  SendingPausedException: "provider_account",
  OptInRequired: "provider_account",
  MailFromDomainNotVerifiedException: "sender_not_verified",
  NotFoundException: "provider_configuration",
  AccessDeniedException: "provider_credentials",
  AccessDenied: "provider_credentials",
  NotAuthorized: "provider_credentials",
  ExpiredTokenException: "provider_credentials",
  IncompleteSignature: "provider_credentials",
  IncompleteSignatureException: "provider_credentials",
  InvalidClientTokenId: "provider_credentials",
  InvalidSignatureException: "provider_credentials",
  MissingAuthenticationToken: "provider_credentials",
  MissingAuthenticationTokenException: "provider_credentials",
  RequestExpired: "provider_credentials",
  SignatureDoesNotMatch: "provider_credentials",
  UnrecognizedClientException: "provider_credentials",
  ConcurrentModificationException: "provider_error",
  InternalFailure: "provider_error",
  InternalServiceErrorException: "provider_error",
  ServiceUnavailable: "provider_error",
};

/** The error's name: `x-amzn-errortype`, or `code` or `__type` of the body, without namespace and URL (restJson1). */
function errorName(answer: Answer & { kind: "answer" }): string {
  const raw =
    answer.headers.get("x-amzn-errortype") ??
    stringMember(answer.body, "code") ??
    stringMember(answer.body, "__type") ??
    "";
  const [name = ""] = raw.split(/[:,]/);
  return name.slice(name.indexOf("#") + 1).trim();
}

/** "Daily message quota exceeded", "Maximum sending rate exceeded": dg/manage-sending-quotas-errors. */
function throttled(text: string, afterMs: number | undefined): ProviderVerdict {
  if (/daily|quota/i.test(text)) return verdict("quota_exceeded", afterMs ?? ROLLING_QUOTA_WAIT_MS);
  return verdict("rate_limited", afterMs);
}

/** An unverified identity and a missing configuration set have the same error names as a bad message. */
function refused(name: string, text: string): ProviderVerdict {
  if (/not verified/i.test(text)) return verdict("sender_not_verified");
  if (/configuration set/i.test(text)) return verdict("provider_configuration");
  return verdict(name === "MessageRejected" ? "message_rejected" : "invalid_message");
}

/** The verdict for an answer of SendEmail. */
export function fromSes(answer: Answer, now: number): ProviderVerdict {
  if (answer.kind === "silence") return verdict(answer.code);
  if (answer.status >= 200 && answer.status < 300) {
    const messageId = stringMember(answer.body, "MessageId");
    return messageId === undefined ? verdict("bad_answer") : accepted(messageId);
  }
  const name = errorName(answer);
  const text = stringMember(answer.body, "message") ?? stringMember(answer.body, "Message") ?? "";
  const found = lookUp(ERRORS, name);
  if (found === "throttling") return throttled(text, retryAfterMs(answer.headers, now));
  if (found === "refusal") return refused(name, text);
  if (found !== undefined) return verdict(found);
  return commonVerdict(answer, now) ?? verdict(name === "" ? "bad_answer" : "unknown_error");
}

/** Interprets GetAccount (GET /v2/email/account). */
export const probeOfSes = (answer: Answer): ProviderProbe => probeOf(answer, readAccount);

function readAccount(account: unknown): ProviderProbe | null {
  const sendingEnabled = member(account, "SendingEnabled");
  if (typeof sendingEnabled !== "boolean") return null;
  if (!sendingEnabled) return { kind: "degraded", code: "sending_paused" };
  if (member(account, "ProductionAccessEnabled") === false) return { kind: "degraded", code: "sandbox" };
  const enforcement = stringMember(account, "EnforcementStatus") ?? "HEALTHY";
  if (enforcement !== "HEALTHY")
    return { kind: "degraded", code: `enforcement_${enforcement.toLowerCase()}` };
  const quota = member(account, "SendQuota");
  const max = member(quota, "Max24HourSend");
  const sent = member(quota, "SentLast24Hours");
  // -1 means unlimited.
  if (typeof max === "number" && typeof sent === "number" && max >= 0 && sent >= max)
    return { kind: "degraded", code: "quota_exceeded" };
  return { kind: "ok" };
}
