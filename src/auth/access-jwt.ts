import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import { z } from "zod";
import type { Config } from "../config/config.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { directoryId } from "../lib/text.ts";
import { createKeyFetch } from "./key-server.ts";
import type { TokenPrincipal } from "./principal.ts";

/** The header in which Cloudflare Access says who has signed in. */
export const ACCESS_HEADER = "cf-access-jwt-assertion";

/** Who signed in at Cloudflare Access; null for an assertion that is not Access's, or not for this application. */
export type VerifyAccess = (assertion: string, now: number) => Promise<TokenPrincipal | null>;

const claims = z.object({ sub: directoryId });

/**
 * Verifies assertions of Cloudflare Access
 * (https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/).
 * Whoever the application's policy lets in is a global_admin: its address is not read, so that it gets into no log.
 * @param fetchKeys fetches Access's keys
 */
export function createVerifyAccess(
  { teamDomain, audience }: NonNullable<Config["access"]>,
  fetchKeys: typeof fetch,
  clock: Clock = systemClock,
): VerifyAccess {
  const issuer = `https://${teamDomain}`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`), {
    [customFetch]: createKeyFetch(fetchKeys, clock),
  });
  return async (assertion, now) => {
    try {
      const { payload } = await jwtVerify(assertion, keys, {
        issuer,
        audience,
        algorithms: ["RS256"],
        requiredClaims: ["exp", "sub"],
        currentDate: new Date(now),
      });
      const { sub } = claims.parse(payload);
      return {
        kind: "token",
        id: sub,
        role: "global_admin",
        orgId: null,
        email: null,
        emailVerified: false,
        name: null,
      };
    } catch {
      return null;
    }
  };
}
