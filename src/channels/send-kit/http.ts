import { isObject, parseJson } from "../../lib/objects.ts";
import { PROVIDER_TIMEOUT_MS } from "../../config/provider.ts";
import { HOUR, SECOND } from "../../lib/clock.ts";

/** The part of `fetch` that providers need. Call it as a bare function: called as a method it throws "Illegal invocation". */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Workers send no User-Agent, and Resend refuses requests without one (resend.com/docs/api-reference/introduction). */
export const USER_AGENT = "Tidings/1.0";

/** What came back. `text` as it is; `body` is its parsed JSON, undefined when it is not JSON. */
export type Answer =
  | { kind: "answer"; status: number; headers: Headers; text: string; body: unknown }
  /** Nothing came back: the provider may have taken the request or not. */
  | { kind: "silence"; code: "timeout" | "network_error" };

/**
 * Makes a request and reads the whole answer, both within `timeoutMs`. Does not throw. A redirect is an answer like any
 * other: following it would send our credentials to another host, and none of the providers redirects.
 */
export async function ask(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  timeoutMs: number = PROVIDER_TIMEOUT_MS,
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const text = await response.text();
    return {
      kind: "answer",
      status: response.status,
      headers: response.headers,
      text,
      body: parseJson(text),
    };
  } catch {
    return { kind: "silence", code: signal.aborted ? "timeout" : "network_error" };
  }
}

/** `init` of a request with a JSON body. */
export const post = (body: unknown, headers: Readonly<Record<string, string>>) => ({
  method: "POST",
  headers: {
    "content-type": "application/json",
    accept: "application/json",
    "user-agent": USER_AGENT,
    ...headers,
  },
  body: JSON.stringify(body),
});

/** `init` of a request with the fields of a form. */
export const form = (fields: URLSearchParams, headers: Readonly<Record<string, string>> = {}) => ({
  method: "POST",
  headers: {
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
    "user-agent": USER_AGENT,
    ...headers,
  },
  body: fields.toString(),
});

/** `init` of a request without a body. */
export const get = (headers: Readonly<Record<string, string>>) => ({
  method: "GET",
  headers: { accept: "application/json", "user-agent": USER_AGENT, ...headers },
});

/** From this size on Expo's own server SDK compresses a body. */
const COMPRESS_ABOVE_BYTES = 1_024;

/** The same request with its body compressed when it is large. Only for providers that take gzip. */
export async function compressed(init: ReturnType<typeof post>): Promise<RequestInit> {
  const bytes = new TextEncoder().encode(init.body);
  if (bytes.length <= COMPRESS_ABOVE_BYTES) return init;
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return {
    ...init,
    headers: { ...init.headers, "content-encoding": "gzip" },
    body: await new Response(stream).arrayBuffer(),
  };
}

/** Member `key` of a JSON object; undefined where there is none. */
export const member = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** The same for a string that is not empty. */
export function stringMember(value: unknown, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === "string" && found !== "" ? found : undefined;
}

const MAX_WAIT_MS = 24 * HOUR;

/** A wait of at least 1 second and at most `maxMs`: no mistake of a provider may make us ask in a loop, or stop for ever. */
const clampWait = (ms: number, maxMs: number = MAX_WAIT_MS): number => Math.min(Math.max(ms, SECOND), maxMs);

/**
 * How long the answer asks us to wait, in milliseconds: Retry-After in seconds or as a date (RFC 9110, §10.2.3), or the
 * `ratelimit-reset` seconds of draft-ietf-httpapi-ratelimit-headers-06. Undefined when it does not say.
 */
export function retryAfterMs(headers: Headers, now: number, maxMs?: number): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? headers.get("ratelimit-reset")?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(value)) return clampWait(Number(value) * SECOND, maxMs);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : clampWait(date - now, maxMs);
}
