import { SignJWT } from "jose";
import type { Role } from "../auth/principal.ts";
import { UserError } from "./project.ts";

/** What a token of each role may see and do, for the help text. */
export const POWERS = {
  user: "what is their own",
  coordinator: "what is their own, and the records of the mentors they coordinate",
  org_admin: "everything about the users of --org and its sub-orgs",
  global_admin: "everything",
  service: "everything: for other programs",
} as const satisfies Record<Role, string>;

export const isRole = (text: string): text is Role => Object.hasOwn(POWERS, text);

/** The claims that Tidings reads. */
export interface Claims {
  sub: string;
  role: Role;
  org_id?: string | undefined;
  email?: string | undefined;
  email_verified?: boolean | undefined;
  name?: string | undefined;
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of a duration such as `90d`, `12h`, `30m` or `45s`. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^([1-9]\d{0,7})([smhd])$/.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit ?? ""];
  if (amount === undefined || seconds === undefined)
    throw new UserError(`"${text}" is not a duration. Write 45s, 30m, 12h or 90d.`);
  return Number(amount) * seconds;
}

/**
 * An HS256 token that lasts `seconds`, signed with `vars.JWT_SECRET`; with issuer and audience when
 * `vars.JWT_ISSUER` and `vars.JWT_AUDIENCE` are set, since the Worker then checks them.
 */
export async function signToken(
  claims: Claims,
  seconds: number,
  vars: Record<string, string>,
): Promise<string> {
  const { JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = vars;
  if (secret === undefined)
    throw new UserError(
      "JWT_SECRET is not set: run npm start once (it makes .dev.vars), or set it in the environment.",
    );
  const now = Math.floor(Date.now() / 1_000);
  const { sub, ...rest } = claims;
  const jwt = new SignJWT({ ...rest })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(sub)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds);
  if (issuer !== undefined) jwt.setIssuer(issuer);
  if (audience !== undefined) jwt.setAudience(audience);
  return await jwt.sign(new TextEncoder().encode(secret));
}
