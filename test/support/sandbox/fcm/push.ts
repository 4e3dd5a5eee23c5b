import { violations } from "./discovery.ts";
import type { FcmState } from "./state.ts";

export interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** Google's error document. @param code of FcmError; left out: none is given */
export const problem = (
  status: number,
  message: string,
  code?: string,
  details: readonly object[] = [],
): Reply => ({
  status,
  body: {
    error: {
      code: status,
      message,
      status: STATUS_NAMES[status] ?? "UNKNOWN",
      details: [
        ...(code === undefined
          ? []
          : [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: code }]),
        ...details,
      ],
    },
  },
});

const badRequest = (fields: readonly string[]): Reply =>
  problem(400, `Invalid value at '${fields[0]}'`, undefined, [
    {
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: fields.map((field) => ({ field, description: `Invalid value at '${field}'` })),
    },
  ]);

/** Statuses of FCM's codes (https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode). */
const STATUSES: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  UNREGISTERED: 404,
  SENDER_ID_MISMATCH: 403,
  QUOTA_EXCEEDED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
  THIRD_PARTY_AUTH_ERROR: 401,
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const RESERVED = /^(from$|message_type$|google\.|gcm\.)/;

const MAX_BYTES = 4_096;

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** What counts against 4,096 bytes: keys and values of the data, and the notification's texts. */
function sizeOf({ data, notification }: Record<string, unknown>): number {
  const pairs = [data, notification].flatMap((part) => (isObject(part) ? Object.entries(part) : []));
  return pairs.reduce((sum, [key, value]) => sum + bytes(key) + bytes(String(value)), 0);
}

interface Request {
  project: string;
  body: unknown;
  authorization: string | undefined;
}

/** Takes a message, or says why not. */
export function send(state: FcmState, { project, body, authorization }: Request, now: number): Reply {
  const access = state.tokens.get(authorization?.replace(/^Bearer /, "") ?? "");
  if (access === undefined || access.until <= now)
    return problem(401, "Request had invalid authentication credentials.");
  if (![...state.accounts.values()].some((account) => account.project_id === project))
    return problem(404, "Requested entity was not found.");
  if (access.project !== project)
    return problem(403, "Permission 'cloudmessaging.messages.create' denied on resource.");
  const wrong = violations(body, { $ref: "SendMessageRequest" }, "");
  if (wrong.length > 0) return badRequest(wrong);
  const message = isObject(body) && isObject(body["message"]) ? body["message"] : {};
  const { token, data } = message;
  if (typeof token !== "string" || token === "") return badRequest(["message"]);
  if (isObject(data) && Object.keys(data).some((key) => RESERVED.test(key)))
    return problem(400, "Invalid data payload key", "INVALID_ARGUMENT", [
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: [{ field: "message.data", description: "Invalid data payload key" }],
      },
    ]);
  if (sizeOf(message) > MAX_BYTES) return problem(400, "Message too big", "INVALID_ARGUMENT");
  if (!/^[\w-]+:[\w-]{20,}$/.test(token))
    return problem(400, "The registration token is not a valid FCM registration token", "INVALID_ARGUMENT");
  const code = state.settings.tokenErrors.get(token);
  if (code !== undefined) return problem(STATUSES[code] ?? 500, `As the test wants it: ${code}`, code);
  const limit = state.settings.ratePerMinute;
  const sent = state.requests.filter(({ endpoint, at }) => endpoint === "send" && at > now - 60_000);
  if (limit !== null && sent.length > limit)
    return {
      ...problem(429, "Quota exceeded for quota metric 'Send requests'", "QUOTA_EXCEEDED", [
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: [{ subject: `project:${project}`, description: "Message rate exceeded" }],
        },
      ]),
      headers: { "Retry-After": "60" },
    };
  const name = `projects/${project}/messages/0:${now}%${state.accepted.length}`;
  if (isObject(body) && body["validateOnly"] !== true && body["validate_only"] !== true)
    state.accepted.push({ project, token, message, name });
  return { status: 200, body: { name } };
}
