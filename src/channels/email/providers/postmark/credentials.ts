import { parseJson } from "../../../../lib/objects.ts";
import type { Webhook } from "../../../feedback/webhook.ts";
import { isOneOf } from "../../../../lib/constant-time.ts";

const basic = (credentials: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(credentials)));

/**
 * Whether a webhook call carries one of the credentials, `user:password`. Postmark does not sign its webhooks; it sends what
 * was set up with the webhook (`HttpAuth`). During a rotation there are two.
 */
export function verifyPostmark(headers: Headers, credentials: readonly string[]): Promise<boolean> {
  const [, given = ""] = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
  return isOneOf(given, credentials.map(basic));
}

/** Postmark's webhook; null without credentials. */
export function createPostmarkWebhook(credentials: readonly string[]): Webhook | null {
  if (credentials.length === 0) return null;
  return async (call) => {
    if (!(await verifyPostmark(call.headers, credentials))) return { kind: "forged", code: "credentials" };
    const payload = parseJson(await call.text());
    return payload === undefined ? { kind: "malformed" } : { kind: "event", payload };
  };
}
