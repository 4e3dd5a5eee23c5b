import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import type { Config } from "../env.ts";
import { Failure } from "../lib/failure.ts";
import { claims, type TokenPrincipal, principalOf } from "./principal.ts";

/** Verifies a token and says who it is; throws a 401 Failure otherwise. */
export type Authenticate = (token: string, now: number) => Promise<TokenPrincipal>;

/** Longer tokens are refused unread. */
const MAX_TOKEN_CHARS = 8_192;

/** Clocks of issuers are off by so much at most: "usually no more than a few minutes" (RFC 7519, §4.1.4). */
export const CLOCK_LEEWAY_SECONDS = 60;

const unauthorized = (detail: string, cause?: unknown): Failure =>
  new Failure("unauthorized", detail, {
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    cause,
  });

const hmacKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);

/** The check for the configured kind of keys. Algorithms are pinned, so that a token cannot choose its own. */
function verifier(
  config: Config["jwt"],
  fetchKeys: typeof fetch,
): (token: string, now: number) => Promise<JWTPayload> {
  const options = (now: number) => ({
    currentDate: new Date(now),
    clockTolerance: CLOCK_LEEWAY_SECONDS,
    requiredClaims: ["exp", "sub"],
    ...(config.issuer !== undefined && { issuer: config.issuer }),
    ...(config.audience !== undefined && { audience: config.audience }),
  });
  if (config.kind === "secret") {
    // Imported once: jose would import the bytes anew for each token. No request waits for another one's promise.
    let key: CryptoKey | undefined;
    return async (token, now) => {
      key ??= await hmacKey(config.secret);
      return (await jwtVerify(token, key, { ...options(now), algorithms: ["HS256"] })).payload;
    };
  }
  const keys = createRemoteJWKSet(new URL(config.url), { [customFetch]: fetchKeys });
  return async (token, now) =>
    (
      await jwtVerify(token, keys, {
        ...options(now),
        algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
      })
    ).payload;
}

/** @param fetchKeys how the key set is fetched; it is kept for ten minutes, and looked at again for an unknown key */
export function createAuthenticate(config: Config["jwt"], fetchKeys: typeof fetch): Authenticate {
  const verify = verifier(config, fetchKeys);
  return async (token, now) => {
    if (token.length > MAX_TOKEN_CHARS) throw unauthorized("The token is too long.");
    let payload: JWTPayload;
    try {
      payload = await verify(token, now);
    } catch (error) {
      if (isKeyServerFault(error))
        throw new Failure("unavailable", "The keys for tokens could not be fetched. Try again.", {
          cause: error,
          headers: { "retry-after": "5" },
        });
      throw unauthorized("The token is malformed, expired, or not signed for this service.", error);
    }
    const parsed = claims.safeParse(payload);
    if (!parsed.success)
      throw unauthorized(
        `The token's claims are not valid: ${parsed.error.issues.map((issue) => issue.path.join(".")).join(", ")}.`,
      );
    return principalOf(parsed.data);
  };
}

/**
 * A key set that cannot be fetched or read is not the caller's fault. Whatever is wrong with a token, jose reports by an
 * error of its own; `ERR_JOSE_GENERIC` is what it says of a key server's answer.
 */
const isKeyServerFault = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  error.code === "ERR_JOSE_GENERIC";
