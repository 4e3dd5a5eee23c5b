import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { deriveKey } from "../../auth/derived-key.ts";
import type { Role, TokenPrincipal } from "../../auth/principal.ts";
import { ADMIN_ROLES } from "../../http/access.ts";
import { directoryId } from "../../lib/text.ts";
import type { LinkSecrets } from "../../preferences/unsubscribe-token.ts";

/** What a signed text is for: one is never taken for the other. */
type Purpose = "console-session" | "console-ticket";

/** Who a session or a ticket is of, and until when (epoch ms). `id` names it: a ticket can be used once. */
export interface Signed {
  id: string;
  principal: TokenPrincipal;
  expiresAt: number;
  /** When the token expires from which it was made, epoch ms: no session from it lasts longer. */
  tokenExpiresAt: number;
}

/** The roles that the console is for. */
export const isAdmin = (role: Role): boolean => ADMIN_ROLES.some((one) => one === role);

const claims = z.object({
  jti: z.string().min(1),
  sub: directoryId,
  role: z.enum(ADMIN_ROLES),
  org_id: directoryId.nullable(),
  exp: z.int(),
  token_exp: z.int(),
});

/** Signs it with the current LINK_SECRET. It holds a role and ids, and nothing secret or personal. */
export async function sign(secrets: LinkSecrets, purpose: Purpose, signed: Signed): Promise<string> {
  const { id, principal, expiresAt, tokenExpiresAt } = signed;
  const token_exp = Math.floor(tokenExpiresAt / 1_000);
  return new SignJWT({ role: principal.role, org_id: principal.orgId, token_exp })
    .setProtectedHeader({ alg: "HS256" })
    .setJti(id)
    .setSubject(principal.id)
    .setExpirationTime(Math.floor(expiresAt / 1_000))
    .sign(await deriveKey(secrets.current, purpose));
}

/** Reads what was signed with the current or the previous LINK_SECRET. Null: it was not, or it has expired. */
export async function verify(
  secrets: LinkSecrets,
  purpose: Purpose,
  text: string,
  now: number,
): Promise<Signed | null> {
  for (const secret of [secrets.current, secrets.previous]) {
    if (secret === undefined) continue;
    try {
      const { payload } = await jwtVerify(text, await deriveKey(secret, purpose), {
        algorithms: ["HS256"],
        currentDate: new Date(now),
      });
      const { jti, sub, role, org_id, exp, token_exp } = claims.parse(payload);
      return {
        id: jti,
        principal: {
          kind: "token",
          id: sub,
          role,
          orgId: org_id,
          email: null,
          emailVerified: false,
          name: null,
        },
        expiresAt: exp * 1_000,
        tokenExpiresAt: token_exp * 1_000,
      };
    } catch {
      // Of another secret, forged or expired.
    }
  }
  return null;
}
