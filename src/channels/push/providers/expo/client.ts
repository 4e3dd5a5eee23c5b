import type { Clock } from "../../../../lib/clock.ts";
import { PROVIDER_TIMEOUT_MS } from "../../../../delivery/outcome.ts";
import { type ExpoAnswer, readAnswer } from "./answer.ts";

/** The part of the platform's `fetch` that is needed: a test hands in a sandbox. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ExpoClientOptions {
  fetch: Fetch;
  /** Without a trailing slash, such as `https://exp.host`. */
  baseUrl: string;
  /** Only where the Expo project asks for it ("enhanced push security"). */
  accessToken?: string | undefined;
  clock: Pick<Clock, "now">;
  /** Milliseconds for a request and its answer; 10 s if left out. */
  timeoutMs?: number;
}

/** Posts `body` as JSON to an endpoint of Expo's push service. Resolves always: every failure is an answer. */
export type ExpoClient = (endpoint: "send" | "getReceipts", body: unknown) => Promise<ExpoAnswer>;

/** From here on a body is compressed, as in Expo's own server SDK. */
const COMPRESS_ABOVE_BYTES = 1_024;

const gzip = (text: string): Promise<ArrayBuffer> =>
  new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();

export function createExpoClient(options: ExpoClientOptions): ExpoClient {
  // Taken out of the object: the platform's fetch refuses to be called as a method of something else.
  const { fetch, baseUrl, accessToken, clock, timeoutMs = PROVIDER_TIMEOUT_MS } = options;

  return async (endpoint, body) => {
    const json = JSON.stringify(body);
    const compress = new TextEncoder().encode(json).length > COMPRESS_ABOVE_BYTES;
    const payload = compress ? await gzip(json) : json;
    const headers = {
      Accept: "application/json",
      "Content-Type": "application/json",
      "User-Agent": "tidings",
      ...(compress && { "Content-Encoding": "gzip" }),
      ...(accessToken !== undefined && { Authorization: `Bearer ${accessToken}` }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(`${baseUrl}/--/api/v2/push/${endpoint}`, {
        method: "POST",
        headers,
        body: payload,
        signal,
        // A redirect would turn the POST into a GET, or carry the access token elsewhere.
        redirect: "manual",
      });
      const retryAfter = response.headers.get("Retry-After");
      return readAnswer({ status: response.status, retryAfter, body: await response.text() }, clock.now());
    } catch {
      return { kind: "failed", code: signal.aborted ? "expo_timeout" : "expo_unreachable" };
    }
  };
}
