import { parseJson } from "../../../../lib/objects.ts";
import type { Webhook } from "../../feedback/webhook.ts";
import { isOneOf } from "../../../../lib/constant-time.ts";

/** Postmark does not sign its webhooks. It sends the credentials that were set up with the webhook (`HttpAuth`). */
export interface PostmarkCredentials {
  user: string;
  password: string;
}

const basic = (user: string, password: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)));

/** Whether a webhook call carries one of the credentials. During a rotation there are two. */
export async function verifyPostmark(
  headers: Headers,
  credentials: readonly PostmarkCredentials[],
): Promise<boolean> {
  const [, given = ""] = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
  return isOneOf(
    given,
    credentials.map(({ user, password }) => basic(user, password)),
  );
}

function credentialsOf(text: string): PostmarkCredentials {
  const colon = text.indexOf(":");
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Postmark's webhook; null without credentials. @param texts `user:password` */
export function createPostmarkWebhook(texts: readonly string[]): Webhook | null {
  if (texts.length === 0) return null;
  const credentials = texts.map(credentialsOf);
  return async (call) => {
    if (!(await verifyPostmark(call.headers, credentials))) return { kind: "forged", code: "credentials" };
    const payload = parseJson(await call.text());
    return payload === undefined ? { kind: "malformed" } : { kind: "event", payload };
  };
}
