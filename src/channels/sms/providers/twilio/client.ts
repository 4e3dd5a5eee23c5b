import { ask, type Answer, type Fetch, form } from "../../../send-kit/http.ts";

export interface TwilioClientOptions {
  fetch: Fetch;
  accountSid: string;
  authToken: string;
  /** Base without a trailing slash: https://api.twilio.com. */
  baseUrl: string;
  timeoutMs?: number | undefined;
}

/** Requests to Twilio's API. Its bodies are forms, and its answers JSON. */
export function createTwilioClient({
  fetch,
  accountSid,
  authToken,
  baseUrl,
  timeoutMs,
}: TwilioClientOptions) {
  const credentials = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };
  const url = `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`;
  return {
    createMessage: (message: URLSearchParams): Promise<Answer> =>
      ask(fetch, url, form(message, credentials), timeoutMs),
  };
}
