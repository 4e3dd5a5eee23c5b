import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import type { Config } from "../config/config.ts";
import { canonicalAddress } from "../lib/address.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { Failure } from "../lib/failure.ts";
import { directoryId, plainText } from "../lib/text.ts";
import { createKeyFetch } from "./key-server.ts";
import { ROLES, type TokenPrincipal } from "./principal.ts";

/** Verifies a token and says who it is; throws a 401 Failure otherwise. */
export type Authenticate = (token: string, now: number) => Promise<TokenPrincipal>;

/** Longer tokens are refused unread. */
const MAX_TOKEN_CHARS = 8_192;

/** How far the clocks of issuers may be off: "usually no more than a few minutes" (RFC 7519, §4.1.4). */
const CLOCK_LEEWAY_SECONDS = 60;

/**
 * Why a token was refused, as codes for programs: get a new token, correct how it is made, or check the keys. Each code has
 * one sentence, whatever the cause, so that someone who tries tokens learns no more.
 */
const REFUSALS = {
  token_expired: "The token has expired.",
  token_malformed: "The token cannot be read; it must be a signed JWT of at most 8,192 characters.",
  token_untrusted: "The token is not signed for this service.",
} as const;

const refused = (code: keyof typeof REFUSALS, cause?: unknown): Failure =>
  unauthorized(code, REFUSALS[code], cause);

const wrongClaims = (names: readonly string[], cause?: unknown): Failure =>
  unauthorized("token_claims_invalid", `The token's claims are not valid: ${names.join(", ")}.`, cause);

const unauthorized = (code: string, detail: string, cause?: unknown): Failure =>
  new Failure("unauthorized", detail, {
    code,
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    cause,
  });

/** What identity providers send for a claim without a value. */
const nothing = z.union([z.null(), z.literal("")]).transform(() => undefined);

/** A claim that no decision depends on: an invalid one counts as missing. */
const useful = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined);

/**
 * The claims that we read. `sub`, `role` and `org_id` say what a caller may do, and must be right; without a role a caller
 * is a plain user. The others only describe a user whom the directory does not have yet.
 */
const claims = z.object({
  sub: directoryId,
  role: z.enum(ROLES).default("user"),
  org_id: z.union([nothing, directoryId]).optional(),
  email: useful(z.string().transform((text) => canonicalAddress(text.trim()) ?? undefined)),
  // Some identity providers write booleans as text.
  email_verified: useful(
    z.union([z.boolean(), z.string().transform((text) => text.toLowerCase() === "true")]),
  ),
  name: useful(z.string().trim().pipe(plainText(200))),
});

const principalOf = (claim: z.output<typeof claims>): TokenPrincipal => ({
  kind: "token",
  id: claim.sub,
  role: claim.role,
  orgId: claim.org_id ?? null,
  email: claim.email ?? null,
  emailVerified: claim.email !== undefined && claim.email_verified === true,
  name: claim.name ?? null,
});

const hmacKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);

/** The check for the configured kind of keys. Algorithms are pinned, so that a token cannot choose its own. */
function verifier(
  config: Config["jwt"],
  fetchKeys: typeof fetch,
  clock: Clock,
): (token: string, now: number) => Promise<JWTPayload> {
  const options = (now: number) => ({
    currentDate: new Date(now),
    clockTolerance: CLOCK_LEEWAY_SECONDS,
    requiredClaims: ["exp", "sub"],
    ...(config.issuer !== undefined && { issuer: config.issuer }),
    ...(config.audience !== undefined && { audience: config.audience }),
  });
  if (config.kind === "secret") {
    // Imported once: jose would import the bytes for each token. The key is kept, not its promise: requests share none.
    let key: CryptoKey | undefined;
    return async (token, now) => {
      key ??= await hmacKey(config.secret);
      return (await jwtVerify(token, key, { ...options(now), algorithms: ["HS256"] })).payload;
    };
  }
  const keys = createRemoteJWKSet(new URL(config.url), {
    [customFetch]: createKeyFetch(fetchKeys, clock),
  });
  return async (token, now) =>
    (
      await jwtVerify(token, keys, {
        ...options(now),
        algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
      })
    ).payload;
}

/**
 * @param fetchKeys fetches the key set. It is cached for ten minutes, and fetched again for an unknown key, once in 30 s
 * @param clock the platform's, which jose uses, too
 */
export function createAuthenticate(
  config: Config["jwt"],
  fetchKeys: typeof fetch,
  clock: Clock = systemClock,
): Authenticate {
  const verify = verifier(config, fetchKeys, clock);
  return async (token, now) => {
    if (token.length > MAX_TOKEN_CHARS) throw refused("token_malformed");
    let payload: JWTPayload;
    try {
      payload = await verify(token, now);
    } catch (error) {
      if (isKeyServerFault(error))
        throw new Failure("unavailable", "The keys for tokens could not be fetched. Try again.", {
          cause: error,
          headers: { "retry-after": "5" },
        });
      const claim = wrongClaim(error);
      throw claim === null ? refused(refusalOf(error), error) : wrongClaims([claim], error);
    }
    const parsed = claims.safeParse(payload);
    if (!parsed.success) throw wrongClaims(parsed.error.issues.map((issue) => issue.path.join(".")));
    return principalOf(parsed.data);
  };
}

/**
 * A key set that cannot be fetched or read is not the caller's fault. jose has an error class for each fault of a token;
 * `ERR_JOSE_GENERIC` is what it throws for a bad answer of the key server.
 */
const isKeyServerFault = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  error.code === "ERR_JOSE_GENERIC";

/** The claim that is missing or invalid. A wrong issuer or audience is no such claim: the token is for another service. */
const wrongClaim = (error: unknown): string | null =>
  error instanceof errors.JWTClaimValidationFailed && !["iss", "aud"].includes(error.claim)
    ? error.claim
    : null;

/** The signature is checked first: a token that is forged and has expired is untrusted. */
function refusalOf(error: unknown): keyof typeof REFUSALS {
  if (error instanceof errors.JWTExpired) return "token_expired";
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return "token_malformed";
  return "token_untrusted";
}
