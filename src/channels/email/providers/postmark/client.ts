import { ask, get, post, type Answer, type Fetch } from "../../../send-kit/http.ts";

export interface PostmarkClientOptions {
  fetch: Fetch;
  /** A server token. */
  token: string;
  /** Base without a trailing slash: https://api.postmarkapp.com. */
  baseUrl: string;
  timeoutMs?: number | undefined;
}

/** Requests to Postmark's API with a server token. */
export function createPostmarkClient({ fetch, token, baseUrl, timeoutMs }: PostmarkClientOptions) {
  const credentials = { "x-postmark-server-token": token };
  return {
    sendBatch: (messages: readonly unknown[]): Promise<Answer> =>
      ask(fetch, `${baseUrl}/email/batch`, post(messages, credentials), timeoutMs),
    getServer: (): Promise<Answer> => ask(fetch, `${baseUrl}/server`, get(credentials), timeoutMs),
  };
}
