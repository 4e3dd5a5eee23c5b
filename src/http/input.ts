import type { HonoRequest, Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type RouteConfig, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { actorOf, type Principal } from "../auth/principal.ts";
import { type IdempotencyKey, keyOf } from "../idempotency/once.ts";
import { Failure, invalid } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { isWiderThan } from "./wide-json.ts";

/** The largest body that we read: a batch of 1,000 pushes of 4 KB each, with room. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;

export const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Failure("payload_too_large", `A body may have at most ${MAX_BODY_BYTES} bytes.`);
  },
});

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/gi;

/** JSON is UTF-8 (RFC 8259, 8.1). */
const isUtf8 = (type: string): boolean =>
  [...type.matchAll(CHARSET)].every(([, charset = ""]) => /^utf-?8$/i.test(charset));

/** `request.text()` would replace invalid bytes by U+FFFD, and we would send that on. */
function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Failure("malformed_json", "The body is not valid UTF-8.");
  }
}

/** No object of a valid body has so many fields. Only large bodies are checked: small ones parse fast anyway. */
const MAX_FIELDS = 1_000;
const LARGE_CHARS = 65_536;

/** Refuses a body that would take long to parse and cannot be valid. */
function notTooWide(text: string): string {
  if (text.length <= LARGE_CHARS || !isWiderThan(MAX_FIELDS, text)) return text;
  throw new Failure("invalid_request", "The body is not one that any endpoint takes.", {
    errors: [{ pointer: "", detail: `must not hold an object of more than ${MAX_FIELDS} fields` }],
  });
}

/** Removes an empty body and its content type. */
function withoutBody(request: HonoRequest): void {
  const { url, method, headers } = request.raw;
  request.raw = new Request(url, { method, headers });
  request.raw.headers.delete("content-type");
}

/**
 * A body is JSON in UTF-8. An empty body counts as none, whatever its type: proxies and clients add empty bodies to a POST
 * that has none. Runs after `limitBody`. It leaves the text in Hono's cache, so that nobody reads the body twice.
 */
export const jsonOnly = createMiddleware<AppEnv>(async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  const bytes = c.req.raw.body === null ? null : await c.req.raw.arrayBuffer();
  if (bytes === null || bytes.byteLength === 0) {
    if (bytes !== null || type !== "") withoutBody(c.req);
  } else if (!JSON_TYPE.test(type))
    throw new Failure("unsupported_media_type", "Send the body as application/json.");
  else if (!isUtf8(type)) throw new Failure("unsupported_media_type", "Send the body in UTF-8.");
  // Hono's cache holds promises, though its types say otherwise.
  else Object.assign(c.req.bodyCache, { text: Promise.resolve(notTooWide(decoded(bytes))) });
  await next();
});

/** Hono reads a missing body as `{}`: every field would be reported, or every optional one reset. */
const bodyMissing = () =>
  new Failure("invalid_request", "The body is empty; send it as JSON.", {
    errors: [{ pointer: "", detail: "is required" }],
  });

const isReadable = (encoded: string): boolean => {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
};

/** Hono takes a value that it cannot decode as it is written; it would match nothing. */
function refuseUnreadable(search: string): void {
  if (!search.includes("%") || isReadable(search)) return;
  const unreadable = search.split("&").filter((pair) => !isReadable(pair));
  const detail = "is not percent-encoded UTF-8";
  throw invalid(unreadable.map((pair) => ({ pointer: pair.split("=", 1)[0] ?? "", detail })));
}

/**
 * A route of the API accepts only what it declares: it refuses unknown parameters of the query, as it does unknown fields
 * of a body, and an empty body where one is needed. Routes outside /api/ ignore unknown parameters: monitors, mail
 * scanners and providers add their own, and none changes what is done.
 */
export function strictly<R extends RouteConfig>(route: R): R {
  if (!route.path.startsWith("/api/")) return route;
  const { query, body } = route.request ?? {};
  if (query !== undefined && !(query instanceof z.ZodObject))
    throw new Error(`The query of ${route.path} is no object schema`);
  // Most requests have no query. One check for all of them is cheaper than a validator for each route.
  const check = createMiddleware<AppEnv>((c, next) => {
    const { url, raw } = c.req;
    const start = url.indexOf("?");
    if (start !== -1) {
      refuseUnreadable(url.slice(start + 1));
      if (query === undefined) refuseAll(c.req.queries());
    }
    if (body?.required === true && raw.body === null) throw bodyMissing();
    return next();
  });
  return {
    ...route,
    // Access is checked first, so that a caller without it learns nothing else.
    middleware: [...[route["middleware"] ?? []].flat(), check],
    request: { ...route.request, ...(query && { query: query.strict() }) },
  };
}

const refuseAll = (queries: Record<string, string[]>): void => {
  const names = Object.keys(queries);
  if (names.length > 0)
    throw invalid(names.map((pointer) => ({ pointer, detail: "is not a known parameter" })));
};

/** Whether a caller wants to wait for the outcome, and how long (RFC 7240). */
interface Preference {
  /** Milliseconds to wait for the outcome. */
  waitMs: number;
  /** The value of the Preference-Applied header; null when the caller sent no preference. */
  applied: string | null;
}

const MAX_WAIT_SECONDS = 10;

// A token as RFC 9110 defines it, without the backtick.
const TOKEN = String.raw`[\w!#$%&'*+.^|~-]+`;
const VALUE = String.raw`(?:${TOKEN}|"(?:[^"\\]|\\.)*")`;
const PAIR = String.raw`${TOKEN}(?:\s*=\s*${VALUE})?`;
/** One preference with its parameters, up to the comma that follows (RFC 7240, 2). */
const PREFERENCE = new RegExp(String.raw`\s*(${PAIR})\s*(?:;\s*(?:${PAIR}\s*)?)*(?:,|$)`, "y");

/** The preferences of a header without their parameters, in lower case; null when it cannot be read. */
function preferencesIn(header: string): string[] | null {
  const found: string[] = [];
  PREFERENCE.lastIndex = 0;
  while (PREFERENCE.lastIndex < header.length) {
    const match = PREFERENCE.exec(header);
    if (match === null) return null;
    found.push((match[1] ?? "").toLowerCase());
  }
  return found;
}

const unreadable = (detail: string): Failure =>
  new Failure("invalid_request", "The Prefer header cannot be read.", {
    errors: [{ pointer: "Prefer", detail }],
  });

/**
 * Reads `Prefer: respond-async` and `Prefer: wait=N` (0–10, more counts as 10). Both together mean: asynchronously, but
 * answer only after N seconds (§4.3). Other preferences are ignored, as the RFC says.
 * @throws 400 for a header that cannot be read, and for a `wait` that is no number of seconds
 */
function preferenceOf(header: string | undefined, defaultWaitMs: number): Preference {
  if (header === undefined) return { waitMs: defaultWaitMs, applied: null };
  const parts = preferencesIn(header);
  if (parts === null) throw unreadable("must be a list of preferences, such as `respond-async, wait=5`");
  const asked = parts.includes("respond-async") ? ["respond-async"] : [];
  // When a preference is given twice, the first one counts (RFC 7240, 2).
  const wait = parts.find((part) => /^wait\s*(=|$)/.test(part));
  if (wait === undefined) return { waitMs: asked.length > 0 ? 0 : defaultWaitMs, applied: asked[0] ?? null };
  const seconds = secondsOf(wait);
  return { waitMs: seconds * 1_000, applied: [...asked, `wait=${seconds}`].join(", ") };
}

function secondsOf(wait: string): number {
  const digits = /^wait\s*=\s*"?(\d+)"?$/.exec(wait)?.[1];
  if (digits === undefined) throw unreadable("`wait` must be a whole number of seconds, such as `wait=5`");
  return Math.min(Number(digits), MAX_WAIT_SECONDS);
}

/** What the caller prefers; the answer's header says so. */
export function applyPreference(c: Context<AppEnv>): Preference {
  const preferred = preferenceOf(c.req.header("prefer"), c.get("deps").config.sendWaitMs);
  if (preferred.applied !== null) c.header("preference-applied", preferred.applied);
  return preferred;
}

/**
 * The owner of a key: a caller within one organization. A caller without a token is known by the address. On a laptop no
 * Cloudflare adds the address, so all such callers are one.
 */
const ownerOf = (principal: Principal, address: string | undefined): readonly string[] => [
  actorOf(principal),
  principal.kind === "token" ? (principal.orgId ?? "") : (address ?? "local"),
];

/**
 * The request's `Idempotency-Key`, scoped to owner, method, path and key, all of it hashed; null when it sent none.
 * Quoted (as the draft has it) and unquoted forms are the same key. `body` is what was parsed, defaults included.
 */
export async function idempotencyKeyOf(c: Context<AppEnv>, body: unknown): Promise<IdempotencyKey | null> {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return null;
  const text = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (!/^[\x21-\x7e]{1,255}$/.test(text))
    throw new Failure("invalid_request", "The Idempotency-Key must be 1 to 255 visible ASCII characters.", {
      errors: [{ pointer: "Idempotency-Key", detail: "must be 1 to 255 visible ASCII characters" }],
    });
  const owner = ownerOf(c.get("principal"), c.req.header("cf-connecting-ip"));
  const scope = [...owner, c.req.method, c.req.path, text];
  return keyOf(scope, body, c.get("deps").clock.now());
}
