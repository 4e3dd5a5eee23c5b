import { type Clock, HOUR } from "../../../../lib/clock.ts";
import type { VapidKeys } from "./keys.ts";

/** RFC 8292 allows 24 hours. */
const LIFETIME_MS = 12 * HOUR;

/** A token that is older is made anew, so that none runs out on its way, nor by a clock that is fast. */
const RENEWED_AFTER_MS = 11 * HOUR;

/** Microsoft has a host for each of its regions. */
const MAX_ORIGINS = 100;

/** The Authorization header for a push service. @throws if the keys are no pair of P-256 */
export type Authorize = (origin: string) => Promise<string>;

/**
 * Signs the VAPID tokens of one key pair: one for each push service, since its origin is the audience. A token holds nothing
 * of a message, so it serves all of them for half a day.
 */
export function createAuthorize(keys: VapidKeys, clock: Pick<Clock, "now">): Authorize {
  const made = new Map<string, { header: Promise<string>; until: number }>();
  return (origin) => {
    const now = clock.now();
    const known = made.get(origin);
    if (known !== undefined && now < known.until) return known.header;
    const header = sign(keys, origin, now);
    const [oldest] = made.keys();
    if (made.size >= MAX_ORIGINS && oldest !== undefined) made.delete(oldest);
    made.delete(origin);
    made.set(origin, { header, until: now + RENEWED_AFTER_MS });
    // Signing waits for nothing outside, so requests may share it. One that fails is not kept.
    header.catch(() => made.delete(origin));
    return header;
  };
}

async function sign({ publicKey, privateKey, subject }: VapidKeys, origin: string, now: number) {
  const { base64url, importJWK, SignJWT } = await import("jose");
  const point = base64url.decode(publicKey);
  const key = await importJWK(
    {
      kty: "EC",
      crv: "P-256",
      x: base64url.encode(point.subarray(1, 33)),
      y: base64url.encode(point.subarray(33)),
      d: privateKey,
    },
    "ES256",
  );
  const token = await new SignJWT({})
    .setProtectedHeader({ typ: "JWT", alg: "ES256" })
    .setAudience(origin)
    .setSubject(subject)
    .setExpirationTime(Math.floor((now + LIFETIME_MS) / 1_000))
    .sign(key);
  return `vapid t=${token}, k=${publicKey}`;
}
