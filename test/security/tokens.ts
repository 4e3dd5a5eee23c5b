import { env } from "cloudflare:workers";
import { base64url } from "jose";
import type { Answer, Harness } from "../support/harness.ts";
import { pathTo } from "./paths.ts";

export const ISSUER = "https://id.example.com";
const CLAIMED = { sub: "svc", role: "service", iss: ISSUER, aud: "tidings" };

export const encode = (value: unknown) => base64url.encode(JSON.stringify(value));
export const secondsNow = (h: Harness) => Math.floor(h.clock.now() / 1_000);

/** A token of these parts, valid or not. `by`: an HMAC secret. */
export async function hmacToken(
  header: object,
  claims: object,
  by: string = env.JWT_SECRET,
  hash = "SHA-256",
): Promise<string> {
  const signed = `${encode(header)}.${encode(claims)}`;
  const algorithm = { name: "HMAC", hash };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(by), algorithm, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(signed));
  return `${signed}.${base64url.encode(new Uint8Array(mac))}`;
}

/** Claims that are right, but for `more`. */
export const claims = (h: Harness, more: object = {}) => ({ ...CLAIMED, exp: secondsNow(h) + 60, ...more });
/** Header and payload of a token without the last part. */
export const unsigned = (h: Harness, alg: string) => `${encode({ alg, typ: "JWT" })}.${encode(claims(h))}`;
/** Calls a route with this Authorization header. */
export const call = (h: Harness, route: string, authorization: string): Promise<Answer> => {
  const [method = "", path = ""] = route.split(" ");
  const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
  const headers = { authorization };
  return h.request(method, pathTo(path), { as: null, headers, ...body });
};
