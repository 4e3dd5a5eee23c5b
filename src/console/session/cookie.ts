import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { TokenPrincipal } from "../../auth/principal.ts";
import type { AppEnv } from "../../http/app-env.ts";
import { HOUR } from "../../lib/clock.ts";
import { type Signed, sign, verify } from "./signed.ts";

/** A session ends after so long, and never later than the token that it was made from. */
const SESSION_MS = 8 * HOUR;

/** A browser takes a `__Host-` cookie from https alone, and on a laptop there is none. */
const nameFor = (c: Context<AppEnv>): string => (isSecure(c) ? "__Host-tidings-session" : "tidings-session");
const isSecure = (c: Context<AppEnv>): boolean => new URL(c.req.url).protocol === "https:";

const optionsFor = (c: Context<AppEnv>) => ({
  path: "/",
  httpOnly: true,
  sameSite: "Strict" as const,
  secure: isSecure(c),
});

/**
 * Starts a session, which no server keeps: the cookie says who it is, signed.
 * @param tokenExpiresAt when the token expires from which it is made, epoch ms
 */
export async function startSession(
  c: Context<AppEnv>,
  principal: TokenPrincipal,
  tokenExpiresAt: number,
): Promise<void> {
  const { config, clock, ids } = c.get("deps");
  const now = clock.now();
  const expiresAt = Math.min(tokenExpiresAt, now + SESSION_MS);
  const signed = await sign(config.linkSecrets, "console-session", {
    id: ids.uuid(),
    principal,
    expiresAt,
    tokenExpiresAt,
  });
  setCookie(c, nameFor(c), signed, {
    ...optionsFor(c),
    maxAge: Math.max(0, Math.floor((expiresAt - now) / 1_000)),
  });
}

export const endSession = (c: Context<AppEnv>): void => void deleteCookie(c, nameFor(c), optionsFor(c));

/** The session of a request; null without one, and for one that has ended. */
export async function sessionOf(c: Context<AppEnv>): Promise<Signed | null> {
  const { config, clock } = c.get("deps");
  const text = getCookie(c, nameFor(c));
  return text === undefined ? null : verify(config.linkSecrets, "console-session", text, clock.now());
}
