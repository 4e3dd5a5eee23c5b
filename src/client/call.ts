import { TidingsError } from "./error.ts";
import type { Call, CallOptions, Sent } from "./operation.ts";
import { pauseBefore } from "./retry.ts";

/** How to reach a Tidings. */
export interface TidingsOptions {
  /** Where it is served, such as `https://notifications.example.com`. */
  url: string;
  /** A JSON Web Token, or what gets one: it is asked before each attempt, so that a token can be renewed. */
  token?: string | (() => string | Promise<string>);
  /** How often a call that failed for a while is tried again. Default: 3. */
  retries?: number;
  /** Milliseconds that one attempt may take. Default: 30,000. */
  timeoutMs?: number;
  /** The longest pause between two attempts, in milliseconds: where the service asks for more, the call fails. Default: 60,000. */
  maxPauseMs?: number;
  /** Makes the requests. Default: the global `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

const isDefined = (entry: [string, unknown]): boolean => entry[1] !== undefined && entry[1] !== null;

/** The query as a text with its question mark; empty without one. */
function queryOf(query: object | undefined): string {
  const entries = Object.entries(query ?? {}).filter(isDefined);
  const search = new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
  return entries.length > 0 ? `?${search}` : "";
}

/** Random, as far as the platform can: not all have `crypto` (React Native). */
const newKey = (): string =>
  (typeof crypto === "undefined" ? undefined : crypto.randomUUID?.()) ??
  Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 10)).join("-");

/** Makes one attempt, and gives up after so many milliseconds. */
async function attempt(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  url: string,
  init: RequestInit,
  timeoutMs: number,
  outer: AbortSignal | undefined,
): Promise<{ response: Response; text: string }> {
  const controller = new AbortController();
  const stop = () => controller.abort(outer?.reason);
  const timer = setTimeout(() => controller.abort(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
  outer?.addEventListener("abort", stop);
  try {
    const response = await fetch(url, { ...init, signal: controller.signal });
    return { response, text: await response.text() };
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", stop);
  }
}

/** What carries out an operation: it sends the token, tries again where that helps, and throws a `TidingsError` in the end. */
export function createCall(options: TidingsOptions): Call {
  const { token, retries = 3, timeoutMs = 30_000, maxPauseMs = 60_000 } = options;
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const origin = options.url.replace(/\/+$/, "");

  async function headersFor(sent: Sent, { headers, prefer }: CallOptions, key: string | undefined) {
    const bearer = typeof token === "function" ? await token() : token;
    return {
      accept: "application/json",
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(sent.body !== undefined && { "content-type": "application/json" }),
      ...(key !== undefined && { "idempotency-key": key }),
      ...(prefer !== undefined && { prefer }),
      ...headers,
    };
  }

  return async <T>(sent: Sent, more: CallOptions = {}): Promise<T> => {
    const url = `${origin}${sent.path}${queryOf(sent.query)}`;
    // One key for all attempts: however many of them arrive, the call is carried out once.
    const key = more.idempotencyKey ?? (sent.keyed === true ? newKey() : undefined);
    const body = sent.body === undefined ? undefined : JSON.stringify(sent.body);
    for (let tried = 0; ; tried += 1) {
      const headers = await headersFor(sent, more, key);
      endIfAborted(more.signal);
      const init: RequestInit = { method: sent.method, headers, ...(body !== undefined && { body }) };
      const failure = await attempt(fetch, url, init, timeoutMs, more.signal).then(
        ({ response, text }) => (response.ok ? text : TidingsError.of(response, text)),
        (cause: unknown) => TidingsError.unreachable(sent, cause),
      );
      if (typeof failure === "string") return JSON.parse(failure === "" ? "null" : failure);
      endIfAborted(more.signal);
      const isRepeatable = sent.method !== "POST" || sent.keyed === true;
      const pause = tried < retries ? pauseBefore(failure, tried, isRepeatable) : null;
      if (pause === null || pause > maxPauseMs) throw failure;
      await waitFor(pause, more.signal);
    }
  };
}

/** Throws the reason of a caller who has given up. (React Native's signals lack `throwIfAborted`.) */
function endIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw signal.reason ?? new Error("The call was aborted");
}

/** Waits, and ends at once where the caller gives up. */
const waitFor = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
