import { ask, get, post, type Answer, type Fetch } from "../../../send-kit/http.ts";

export interface ResendClientOptions {
  fetch: Fetch;
  /** `re_…`. Best a key that may only send. */
  apiKey: string;
  /** Base without a trailing slash: https://api.resend.com. */
  baseUrl: string;
  timeoutMs?: number | undefined;
}

/** Requests to Resend's API. Idempotency keys hold for 24 hours and for one endpoint. */
export function createResendClient({ fetch, apiKey, baseUrl, timeoutMs }: ResendClientOptions) {
  const authorization = `Bearer ${apiKey}`;
  const submit = (
    path: string,
    body: unknown,
    key: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    ask(
      fetch,
      `${baseUrl}${path}`,
      post(body, { authorization, "idempotency-key": key, ...headers }),
      timeoutMs,
    );
  return {
    send: (message: unknown, key: string) => submit("/emails", message, key),
    /** In strict mode Resend takes all messages or none, so an error never hides messages that were sent. */
    sendBatch: (messages: readonly unknown[], key: string) =>
      submit("/emails/batch", messages, key, { "x-batch-validation": "strict" }),
    listDomains: (): Promise<Answer> => ask(fetch, `${baseUrl}/domains`, get({ authorization }), timeoutMs),
  };
}
