import { isOneOf } from "./constant-time.ts";

/** Postmark does not sign. It sends the credentials that were set up with the webhook (`HttpAuth`). */
export interface PostmarkCredentials {
  user: string;
  password: string;
}

const basic = (user: string, password: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)));

/** Whether a webhook's request carries one of the credentials; there are two while they are rotated. */
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
