import type { HonoRequest } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { Failure } from "../lib/failure.ts";
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
