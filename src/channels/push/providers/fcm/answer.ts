import { z } from "zod";
import { HOUR } from "../../../../lib/clock.ts";
import { type Answer, retryAfterMs, stringMember } from "../../../send-kit/http.ts";
import { accepted, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { type FcmCode, verdict } from "./codes.ts";

const LONGEST_PAUSE_MS = HOUR;

const FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
const QUOTA_FAILURE = "type.googleapis.com/google.rpc.QuotaFailure";

const detail = z.union([
  z.object({ "@type": z.literal(FCM_ERROR), errorCode: z.string() }),
  z.object({
    "@type": z.literal(BAD_REQUEST),
    fieldViolations: z.array(z.object({ field: z.string().catch("") })).catch([]),
  }),
  z.object({
    "@type": z.literal(QUOTA_FAILURE),
    violations: z
      .array(z.object({ subject: z.string().catch(""), description: z.string().catch("") }))
      .catch([]),
  }),
  z.object({}).transform(() => ({ "@type": null })),
]);

const problem = z.object({
  error: z.object({
    message: z.string().catch(""),
    details: z.array(detail.catch({ "@type": null })).catch([]),
  }),
});

type Problem = z.output<typeof problem>["error"];

/** FCM's own code (https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode); undefined where there is none. */
const codeIn = ({ details }: Problem): string | undefined =>
  details.flatMap((one) => (one["@type"] === FCM_ERROR ? [one.errorCode] : []))[0];

/** The fields of the request that FCM blames. */
const blamed = ({ details }: Problem): string[] =>
  details.flatMap((one) =>
    one["@type"] === BAD_REQUEST ? one.fieldViolations.map(({ field }) => field) : [],
  );

/** Whether the quota of one device is used up, and not that of the whole project. */
const isOfDevice = ({ details }: Problem): boolean =>
  details.some(
    (one) =>
      one["@type"] === QUOTA_FAILURE &&
      one.violations.some(({ subject, description }) => /device/i.test(`${subject} ${description}`)),
  );

/**
 * The token and our message get the same status and code. What is different: which field is blamed, and the words, where no
 * field is (https://firebase.google.com/docs/cloud-messaging/error-codes). In doubt it is the message: a token is not removed
 * on suspicion.
 */
function codeOfInvalid(error: Problem): FcmCode {
  const fields = blamed(error);
  if (fields.includes("message.token")) return "fcm_invalid_token";
  if (/too (big|large|long)/i.test(error.message)) return "message_too_big";
  const isOfToken = fields.length === 0 && /registration token/i.test(error.message);
  return isOfToken && codeIn(error) !== undefined ? "fcm_invalid_token" : "fcm_invalid_message";
}

/** Whether the access token was refused: another one may help. */
export const isUnauthorized = (answer: Answer): boolean =>
  answer.kind === "answer" && answer.status === 401 && codeIn(problemIn(answer.body)) === undefined;

const problemIn = (body: unknown): Problem =>
  problem.safeParse(body).data?.error ?? { message: "", details: [] };

/** What the answer to a message means. @param now epoch ms */
export function readAnswer(answer: Answer, now: number): ProviderVerdict {
  if (answer.kind === "silence")
    return verdict(answer.code === "timeout" ? "fcm_timeout" : "fcm_unreachable");
  const { status, headers, body } = answer;
  if (status === 200) {
    const name = stringMember(body, "name");
    return name === undefined ? verdict("fcm_bad_response") : accepted(name);
  }
  const afterMs = retryAfterMs(headers, now, LONGEST_PAUSE_MS);
  return verdict(codeOf(status, problemIn(body), afterMs), afterMs);
}

/** FCM's code where it gives one; else what the status alone says. */
function codeOf(status: number, error: Problem, afterMs: number | undefined): FcmCode {
  const overloaded = afterMs === undefined ? "fcm_unavailable" : "fcm_overloaded";
  switch (codeIn(error)) {
    case "UNREGISTERED":
      return "device_not_registered";
    case "SENDER_ID_MISMATCH":
      return "fcm_mismatched_sender";
    case "INVALID_ARGUMENT":
      return codeOfInvalid(error);
    case "QUOTA_EXCEEDED":
      return isOfDevice(error) ? "message_rate_exceeded" : "fcm_throttled";
    case "THIRD_PARTY_AUTH_ERROR":
      return "fcm_invalid_credentials";
    case "UNAVAILABLE":
      return overloaded;
    case "INTERNAL":
      return "fcm_server_error";
    case undefined:
    default:
      return codeOfStatus(status, error, overloaded);
  }
}

function codeOfStatus(status: number, error: Problem, overloaded: FcmCode): FcmCode {
  if (status === 400) return error.message === "" ? "fcm_bad_response" : codeOfInvalid(error);
  if (status === 401) return "fcm_unauthorized";
  if (status === 403) return "fcm_forbidden";
  if (status === 404) return error.message === "" ? "fcm_bad_response" : "fcm_no_project";
  if (status === 429) return "fcm_throttled";
  if (status === 503) return overloaded;
  return status >= 500 ? "fcm_server_error" : "fcm_bad_response";
}
