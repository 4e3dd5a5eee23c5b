import { isOneOf } from "./constant-time.ts";

/** Postmark does not sign. It sends the credentials that were set up with the webhook (`HttpAuth` or `HttpHeaders`). */
export type PostmarkCredentials =
  | { kind: "basic"; user: string; password: string }
  | { kind: "header"; name: string; value: string };

const basic = (user: string, password: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)));

/**
 * Whether a webhook's request carries one of the credentials; more than one while they are rotated, since Postmark drops an
 * event for good that is answered with 401.
 */
export async function verifyPostmark(
  headers: Headers,
  credentials: readonly PostmarkCredentials[],
): Promise<boolean> {
  const checks = credentials.map((one) => {
    if (one.kind === "header")
      return isOneOf(headers.get(one.name) ?? "", one.value === "" ? [] : [one.value]);
    const [, given = ""] = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
    return isOneOf(given, one.password === "" ? [] : [basic(one.user, one.password)]);
  });
  return (await Promise.all(checks)).includes(true);
}
