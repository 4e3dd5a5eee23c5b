import { ask, type Answer, type Fetch, post } from "../../../send-kit/http.ts";

export interface VonageClientOptions {
  fetch: Fetch;
  apiKey: string;
  apiSecret: string;
  /** Base without a trailing slash: https://api.nexmo.com. */
  baseUrl: string;
  timeoutMs?: number | undefined;
}

/** Requests to Vonage's Messages API. */
export function createVonageClient({ fetch, apiKey, apiSecret, baseUrl, timeoutMs }: VonageClientOptions) {
  const credentials = { authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}` };
  return {
    sendMessage: (message: object): Promise<Answer> =>
      ask(fetch, `${baseUrl}/v1/messages`, post(message, credentials), timeoutMs),
  };
}
