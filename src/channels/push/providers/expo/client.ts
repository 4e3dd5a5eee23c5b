import type { Clock } from "../../../../lib/clock.ts";
import { ask, compressed, type Fetch, post } from "../../../send-kit/http.ts";
import { type ExpoAnswer, readAnswer } from "./answer.ts";

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

export function createExpoClient(options: ExpoClientOptions): ExpoClient {
  const { fetch, baseUrl, accessToken, clock, timeoutMs } = options;
  const credentials: Record<string, string> =
    accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  return async (endpoint, body) => {
    const init = await compressed(post(body, credentials));
    const answer = await ask(fetch, `${baseUrl}/--/api/v2/push/${endpoint}`, init, timeoutMs);
    return readAnswer(answer, clock.now());
  };
}
