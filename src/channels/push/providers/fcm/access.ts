import { importPKCS8, SignJWT } from "jose";
import type { Clock } from "../../../../lib/clock.ts";
import { MINUTE, SECOND } from "../../../../lib/clock.ts";
import type { Mint, Minted } from "../../../send-kit/access-tokens/access-tokens.ts";
import { ask, type Fetch, form, member, retryAfterMs, stringMember } from "../../../send-kit/http.ts";
import type { ServiceAccount } from "./account.ts";
import type { FcmCode } from "./codes.ts";

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** Google's tokens live for an hour. The next one is fetched so long before. */
const REFRESH_BEFORE_MS = 5 * MINUTE;

/** Google takes assertions for an hour at most (https://developers.google.com/identity/protocols/oauth2/service-account). */
const ASSERTION_SECONDS = 3_600;

export interface AccessOptions {
  account: ServiceAccount;
  fetch: Fetch;
  clock: Pick<Clock, "now">;
  timeoutMs?: number | undefined;
}

/** Exchanges an assertion that the account's key has signed for an access token (RFC 7523). */
export const minter =
  ({ account, fetch, clock, timeoutMs }: AccessOptions): Mint =>
  async () => {
    const assertion = await sign(account, clock.now());
    if (assertion === null) return failed("fcm_unusable_key");
    const init = form(new URLSearchParams({ grant_type: GRANT_TYPE, assertion }));
    const answer = await ask(fetch, account.token_uri, init, timeoutMs);
    if (answer.kind === "silence")
      return failed(answer.code === "timeout" ? "fcm_token_timeout" : "fcm_token_unreachable");
    const { status, body, headers } = answer;
    const now = clock.now();
    const value = stringMember(body, "access_token");
    const seconds = member(body, "expires_in");
    if (status === 200 && value !== undefined && typeof seconds === "number" && seconds > 0)
      return { kind: "token", token: { value, freshUntil: now + freshFor(seconds * SECOND) } };
    if (status === 429) return failed("fcm_throttled", retryAfterMs(headers, now));
    // invalid_grant, invalid_client …: the key was deleted, or the account was disabled.
    if (status >= 400 && status < 500) return failed("fcm_refused_key");
    return failed("fcm_token_unreachable");
  };

/** A token of a short life is used for half of it. */
const freshFor = (lifeMs: number): number => Math.max(lifeMs - REFRESH_BEFORE_MS, lifeMs / 2);

const failed = (code: FcmCode, afterMs?: number): Minted => ({
  kind: "failed",
  code,
  ...(afterMs !== undefined && { afterMs }),
});

/** Null for a key that is none, though it looks like one. */
async function sign(account: ServiceAccount, now: number): Promise<string | null> {
  const { client_email, private_key, private_key_id, token_uri } = account;
  const seconds = Math.floor(now / SECOND);
  try {
    const key = await importPKCS8(private_key, "RS256");
    return await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(private_key_id && { kid: private_key_id }) })
      .setIssuer(client_email)
      .setAudience(token_uri)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ASSERTION_SECONDS)
      .sign(key);
  } catch {
    return null;
  }
}
