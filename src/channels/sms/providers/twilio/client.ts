import { ask, type Answer, type Fetch } from "../../../send-kit/http.ts";

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
  const headers = {
    authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
    "user-agent": "Tidings/1.0",
  };
  const url = `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`;
  return {
    createMessage: (form: URLSearchParams): Promise<Answer> =>
      ask(fetch, url, { method: "POST", headers, body: form.toString() }, timeoutMs),
  };
}
