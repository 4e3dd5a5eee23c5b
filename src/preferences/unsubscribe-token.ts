import { base64url } from "jose";
import { CATEGORY } from "./cells.ts";

/** The secrets that links are signed with (`LINK_SECRET`, `LINK_SECRET_PREVIOUS`). */
export interface LinkSecrets {
  current: string;
  /** The former secret, during a rotation: tokens that were signed with it are still accepted. */
  previous?: string | undefined;
}

/**
 * What an unsubscribe link is for: a built-in type by its `linkCode` (1–255), or the category of a customer's types. The link
 * never expires, because mail may be read years later. A user id has 1–128 characters.
 */
export type UnsubscribeTarget = { userId: string } & ({ code: number } | { category: string });

// Token: base64url(payload, first 16 bytes of HMAC-SHA256 of it). The payload is, in bytes:
//   version 1: 1, link code, user id;   version 2: 2, length of the category, category, user id.
// At most 282 characters for ids of the directory's alphabet; SES takes header values of up to 995.
const BY_CODE = 1;
const BY_CATEGORY = 2;
const MAC_BYTES = 16;
const HEAD_BYTES = 2;
const USER_ID_MAX = 128;
/** Part of the signed text, so that a signature for another purpose with the same secret is never valid here. */
const PURPOSE = new TextEncoder().encode("tidings/unsubscribe\0");

async function macOf(secret: string, payload: Uint8Array): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signed = await crypto.subtle.sign("HMAC", key, concat(PURPOSE, payload));
  return new Uint8Array(signed, 0, MAC_BYTES);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The head of a payload: what the link is for. Throws a RangeError for an invalid code or category. */
function headOf(target: UnsubscribeTarget): Uint8Array {
  if ("category" in target) {
    if (!CATEGORY.test(target.category)) throw new RangeError("a category has 1 to 64 characters");
    const name = new TextEncoder().encode(target.category);
    return concat(Uint8Array.of(BY_CATEGORY, name.length), name);
  }
  const { code } = target;
  if (!Number.isInteger(code) || code < 1 || code > 255) throw new RangeError("a link code is 1 to 255");
  return Uint8Array.of(BY_CODE, code);
}

/** The target in a payload that we signed; null for a version that we do not know. */
function targetOf(payload: Uint8Array): UnsubscribeTarget | null {
  const [version, second = 0] = payload;
  const text = (from: number, to?: number) => new TextDecoder().decode(payload.subarray(from, to));
  if (version === BY_CODE) return { userId: text(HEAD_BYTES), code: second };
  if (version !== BY_CATEGORY) return null;
  const end = HEAD_BYTES + second;
  return { userId: text(end), category: text(HEAD_BYTES, end) };
}

/** The token of `/unsubscribe/{token}`: URL-safe ASCII. Throws a RangeError for an invalid user id, code or category. */
export async function signUnsubscribe(secrets: LinkSecrets, target: UnsubscribeTarget): Promise<string> {
  const { userId } = target;
  if (userId.length < 1 || userId.length > USER_ID_MAX || !userId.isWellFormed())
    throw new RangeError("a user id has 1 to 128 characters");
  const payload = concat(headOf(target), new TextEncoder().encode(userId));
  return base64url.encode(concat(payload, await macOf(secrets.current, payload)));
}

/** Reads a token. Null when it was signed with neither the current nor the previous secret. */
export async function verifyUnsubscribe(
  secrets: LinkSecrets,
  token: string,
): Promise<UnsubscribeTarget | null> {
  const bytes = decode(token);
  if (bytes === null || bytes.length <= HEAD_BYTES + MAC_BYTES) return null;
  const payload = bytes.subarray(0, -MAC_BYTES);
  const given = bytes.subarray(-MAC_BYTES);
  let signed = false;
  for (const secret of [secrets.current, secrets.previous]) {
    if (secret === undefined) continue;
    const same = crypto.subtle.timingSafeEqual(await macOf(secret, payload), given);
    signed = signed || same;
  }
  return signed ? targetOf(payload) : null;
}

/** Decodes only the exact text that signing produces: decoders also accept padding, spaces and other spare bits. */
function decode(token: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]{1,1000}$/u.test(token)) return null;
  try {
    const bytes = base64url.decode(token);
    return base64url.encode(bytes) === token ? bytes : null;
  } catch {
    return null;
  }
}
