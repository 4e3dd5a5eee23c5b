import { HOUR, SECOND } from "../../../lib/clock.ts";
import { PROVIDER_TIMEOUT_MS } from "../../../delivery/outcome.ts";
import { verdict, type Verdict } from "./verdict.ts";

/** What providers need of `fetch`. Call it as a bare function: the platform's own loses its mind as a method. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The dispatch's id travels under this name in the provider's tags or metadata (Postmark allows 20 characters). */
export const DISPATCH_TAG = "tidings_dispatch";

/** Workers send none by themselves, and Resend refuses requests without one (resend.com/docs/api-reference/introduction). */
export const USER_AGENT = "Tidings/1.0";

const MAX_WAIT_MS = 24 * HOUR;

/** What came back. `body` is the parsed JSON; undefined when it is none. */
export type Answer =
  | { kind: "answer"; status: number; headers: Headers; body: unknown }
  /** Nobody knows whether the provider took it. */
  | { kind: "silence"; code: "timeout" | "network_error" };

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Makes a request and reads the whole answer, within `timeoutMs` for both. Does not throw. Redirects are not followed: no API
 * used here makes any, and the credentials would go with them.
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
    const body = parse(await response.text());
    return { kind: "answer", status: response.status, headers: response.headers, body };
  } catch {
    return { kind: "silence", code: signal.aborted ? "timeout" : "network_error" };
  }
}

/** `init` for a request with a JSON body. */
export const post = (body: unknown, headers: Record<string, string>): RequestInit => ({
  method: "POST",
  headers: {
    "content-type": "application/json",
    accept: "application/json",
    "user-agent": USER_AGENT,
    ...headers,
  },
  body: JSON.stringify(body),
});

/** `init` for a request without a body. */
export const get = (headers: Record<string, string>): RequestInit => ({
  method: "GET",
  headers: { accept: "application/json", "user-agent": USER_AGENT, ...headers },
});

/** A wait between 1 second and 24 hours: a provider's slip must not keep us in a loop or silent for ever. */
export const clampWait = (ms: number): number => Math.min(Math.max(ms, SECOND), MAX_WAIT_MS);

/**
 * How long the answer asks us to wait, in milliseconds: Retry-After in seconds or as a date (RFC 9110, §10.2.3), or the
 * `ratelimit-reset` seconds of draft-ietf-httpapi-ratelimit-headers-06. Undefined when it does not say.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? headers.get("ratelimit-reset")?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(value)) return clampWait(Number(value) * SECOND);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : clampWait(date - now);
}

/** Member `key` of a JSON object; undefined where there is none. */
export const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;

/** The same for a string that is not empty. */
export function stringMember(value: unknown, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** What is alike with every provider: silence, 401 and 403, 408, 413, 429, 5xx. Undefined for the rest. */
export function commonVerdict(answer: Answer, now: number): Verdict | undefined {
  if (answer.kind === "silence") return verdict(answer.code);
  if (answer.status === 401 || answer.status === 403) return verdict("provider_credentials");
  if (answer.status === 408) return verdict("timeout");
  if (answer.status === 413) return verdict("message_too_big");
  if (answer.status === 429) return verdict("rate_limited", retryAfterMs(answer.headers, now));
  if (answer.status >= 500) return verdict("provider_error");
  return undefined;
}
