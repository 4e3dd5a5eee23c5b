import { z } from "@hono/zod-openapi";
import { canonicalAddress } from "../lib/address.ts";
import { iso } from "../lib/clock.ts";
import { PROBLEMS } from "../lib/failure.ts";
import { parseId } from "../lib/ids.ts";
import { canonicalLocale } from "../lib/locale.ts";
import { hasAll } from "../lib/objects.ts";
import { directoryId as plainDirectoryId } from "../lib/text.ts";
import { safeUrl } from "../lib/web-url.ts";
import { isTimeZone } from "../schedules/time-zone.ts";
import { MAX_ERRORS } from "./field-errors.ts";

/** The id of a message in a path. A text that is no id of ours gets 404, like an unknown id. */
export const anyDispatchId = z.string().openapi({
  description:
    "As any view prints it: `notif_…`, `dsp_…` or the bare UUID. Each view answers in its own form.",
  example: "notif_01jq8z3k5te8v9m4p2r7x6w1yd",
});

/**
 * A caller's own id, which can be documented. A schema has `.openapi` only if it is made after zod is extended, and an
 * isolate that began with a queue or a cron made the plain one before.
 */
export const directoryId = plainDirectoryId.clone();

/** For `transform`: what `read` makes of a text. `detail` is the error for a text of which it makes nothing. */
const readBy =
  (read: (text: string) => string | null, detail: string) => (text: string, context: z.RefinementCtx) => {
    const found = read(text);
    if (found !== null) return found;
    context.addIssue(detail);
    return z.NEVER;
  };

/** Text that is stored in one canonical spelling. `detail` is the error for text that has none. */
const spelled = (canonical: (text: string) => string | null, detail: string) =>
  z.string().transform(readBy(canonical, detail));

/** The id of a batch in a query, as a view prints it; its UUID inside. */
export const batchId = z
  .string()
  .max(64)
  .transform(readBy((text) => parseId("batch", text), "is not an id of a batch"));

/** A switch in a query. */
export const flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** A bare e-mail address, in its canonical spelling. */
export const emailAddress = spelled(
  canonicalAddress,
  "must be an e-mail address, such as kari@example.com",
).openapi({ type: "string", format: "email", maxLength: 254 });

/** A BCP 47 tag, in its canonical spelling. */
export const languageTag = spelled(canonicalLocale, "must be a BCP 47 language tag, such as nb-NO").openapi({
  type: "string",
  maxLength: 64,
});

export const timeZone = z
  .string()
  .max(64, { abort: true })
  .refine(isTimeZone, "must be an IANA time zone, such as Europe/Oslo");

/** What a person types to find something; it may be blank. */
export const searchText = z
  .string()
  .max(254)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be well-formed text")
  .default("");

/** Where a link may lead, in its normal form. */
export const webUrl = spelled(
  safeUrl,
  "must be an http or https URL of at most 2,000 characters, without a user name",
).openapi({ type: "string", format: "uri", maxLength: 2_000 });

/** ISO 8601 with an offset on the wire, epoch milliseconds inside. */
export const instant = z.iso
  .datetime({
    offset: true,
    error: ({ input }) =>
      input === undefined
        ? "is required"
        : "must be an ISO 8601 time with an offset, such as 2026-03-26T08:00:00Z",
  })
  .transform((text) => Date.parse(text))
  .refine((ms) => Number.isFinite(ms) && ms >= 0 && ms < 253_402_300_800_000, "is out of range");

/** Epoch milliseconds. */
interface Range {
  from?: number | undefined;
  to?: number | undefined;
}

/** The check that the filters `from` and `to` of a list are in order; for `refine`. */
export const inOrder: [(range: Range) => boolean, { path: PropertyKey[]; error: string }] = [
  ({ from, to }) => from === undefined || to === undefined || from <= to,
  { path: ["to"], error: "must not be before `from`" },
];

/**
 * A list of `min` to `max` members. They are counted before they are validated, so that a huge list costs nothing.
 * @param noun what the error for a list that is too long calls the members
 */
export const listOf = <T extends z.ZodType>(item: T, max: number, { min = 1, noun = "members" } = {}) =>
  z.preprocess((value, context) => {
    if (!Array.isArray(value) || value.length <= max) return value;
    context.addIssue({ code: "custom", message: `must have at most ${max} ${noun}` });
    return z.NEVER;
  }, z.array(item).min(min).max(max));

/** A time that we print. */
export const printedTime = z.iso.datetime().openapi({ example: iso(1_774_512_000_000) });

/**
 * The times between which a list shows what was made. To be checked by `inOrder`.
 * @param done what happened to its rows then
 */
export const between = (done: "Created" | "Sent") => ({
  from: instant
    .optional()
    .openapi({ type: "string", format: "date-time", description: `${done} at or after.` }),
  to: instant.optional().openapi({ type: "string", format: "date-time", description: `${done} before.` }),
});

/** No caller needs deeper JSON, and walking through JSON of this depth is far from overflowing the stack. */
const MAX_DEPTH = 64;

const isDeeper = (value: unknown, than: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (than === 0 || Object.values(value).some((inner) => isDeeper(inner, than - 1)));

/** A JSON object for programs, such as a push's data. */
export const jsonObject = z.record(z.string(), z.unknown()).refine((value) => !isDeeper(value, MAX_DEPTH), {
  error: `must not be nested more than ${MAX_DEPTH} deep`,
  // No later check may walk through it.
  abort: true,
});

/** One fault of a request. */
const fieldError = z.object({
  pointer: z
    .string()
    .openapi({ description: "Into the body (RFC 6901), or the name of a parameter or header." }),
  detail: z.string(),
  count: z
    .int()
    .optional()
    .openapi({ description: "Where several members of a list have the same fault: how many." }),
  members: z
    .array(z.int())
    .readonly()
    .optional()
    .openapi({ description: "Their indexes, the first 100; `pointer` is into the first." }),
});

/** The faults of some members of a list, in an answer about all of them. */
export const memberErrors = {
  errors: z
    .array(fieldError)
    .optional()
    .openapi({ description: `What is wrong with them, as in a problem document; ${MAX_ERRORS} at most.` }),
  errors_capped: z
    .boolean()
    .optional()
    .openapi({ description: `True when there are more than ${MAX_ERRORS}.` }),
};

/** An error, by RFC 9457. */
const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({
      description: `Stable, for programs: ${Object.keys(PROBLEMS).join(", ")}, or one of the endpoint's own. Why a token is refused: token_expired, token_malformed, token_untrusted, token_claims_invalid.`,
    }),
    request_id: z.string(),
    errors: z.array(fieldError).optional().openapi({ description: "At most 100." }),
    errors_capped: z.boolean().optional().openapi({ description: "True when there are more than 100." }),
  })
  .loose()
  .openapi("Problem");

const PROBLEM_STATUSES = {
  400: "Malformed or invalid; `errors` names each bad field",
  401: "No token, or one that does not verify",
  403: "Not for this role",
  404: "Not there, or outside the caller's scope",
  409: "Not possible in the present state",
  410: "The user has been erased",
  413: "The body is too large",
  415: "The body is not JSON",
  422: "The idempotency key was used with another body",
  429: "Over a rate limit; see Retry-After",
  500: "Something went wrong here; the log has more under the request id",
  503: "Temporarily unavailable; see Retry-After",
} as const;

type ProblemStatus = keyof typeof PROBLEM_STATUSES;

interface ProblemResponse {
  description: string;
  content: { "application/problem+json": { schema: typeof problem } };
}

const problemResponse = (description: string): ProblemResponse => ({
  description,
  content: { "application/problem+json": { schema: problem } },
});

/** Statuses that any request can get. */
const ALWAYS = [400, 401, 403, 429, 500, 503] as const satisfies ProblemStatus[];
type Always = (typeof ALWAYS)[number];

/** The `responses` of a route that can fail with these statuses, and with those that any route can. */
export function problems<S extends ProblemStatus = never>(
  ...statuses: S[]
): Record<S | Always, ProblemResponse> {
  const responses: Partial<Record<S | Always, ProblemResponse>> = {};
  const all = [...statuses, ...ALWAYS];
  for (const status of all) responses[status] = problemResponse(PROBLEM_STATUSES[status]);
  if (!hasAll(responses, all)) throw new Error("A status has no response");
  return responses;
}

/** A `responses` entry with a JSON body. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** A request with a JSON body. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});

/** The headers of a request that is carried out once, however often it is repeated. */
export const keyed = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .openapi({ description: "A repeat within 24 hours answers with the same resource." }),
});
