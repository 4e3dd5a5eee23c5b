import type { WebhookBody } from "./generated/api.ts";

/** The headers of a request, as frameworks have them. */
type HeadersLike = Headers | Record<string, string | string[] | undefined>;

const NAMES = ["webhook-id", "webhook-timestamp", "webhook-signature"];

function headerIn(headers: HeadersLike, name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? "";
  const [, value = ""] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return String(value);
}

/**
 * Checks that a webhook comes from Tidings and is fresh (Standard Webhooks), and reads it. Answer 2xx when you have taken it,
 * and take each `webhook-id` once: it may come twice.
 * @param body the text of the request as it came, not parsed and printed again
 * @param secret the endpoint's `whsec_…`; several while it is rotated
 * @throws an Error if no secret has signed it, or if it is more than five minutes old or early
 */
export async function verifyWebhook(
  body: string,
  headers: HeadersLike,
  secret: string | readonly string[],
): Promise<WebhookBody> {
  // Loaded only by those who receive webhooks.
  const { Webhook } = await import("standardwebhooks");
  const given = Object.fromEntries(NAMES.map((name) => [name, headerIn(headers, name)]));
  const secrets = typeof secret === "string" ? [secret] : secret;
  let wrong: unknown = new Error("No secret was given");
  for (const one of secrets)
    try {
      new Webhook(one).verify(body, given);
      return JSON.parse(body);
    } catch (error) {
      wrong = error;
    }
  throw wrong;
}
