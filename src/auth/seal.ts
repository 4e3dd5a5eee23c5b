import { base64url } from "jose";
import type { Config } from "../config/config.ts";
import { z } from "zod";
import { cachedLater } from "../lib/cached.ts";
import { deriveKey } from "./derived-key.ts";

type Secrets = Config["linkSecrets"];

/** What a sealed text is for, and what it belongs to: it opens with both the same, and nowhere else. */
export interface Belonging {
  purpose: "search-cursor" | "stored-secrets";
  to: string;
}

const IV_BYTES = 12;

/** A sealed text is longer by whole blocks, so that its length says little of what is in it. */
const BLOCK_BYTES = 128;

/** JSON may end with spaces. */
const SPACE = 0x20;

const encoder = new TextEncoder();

/** A round of messages opens many secrets with the same key: it is derived once. @param named JSON of secret and purpose */
const derivedKey = cachedLater(8, async (named) => {
  const [secret = "", purpose = ""] = z.array(z.string()).parse(JSON.parse(named));
  const key = await deriveKey(secret, purpose);
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
});

const keyOf = (secret: string, { purpose }: Belonging): Promise<CryptoKey> =>
  derivedKey(JSON.stringify([secret, purpose]));

const terms = (iv: Uint8Array<ArrayBuffer>, { to }: Belonging) => ({
  name: "AES-GCM",
  iv,
  additionalData: encoder.encode(to),
});

/** JSON of a value that its bearer can neither read nor change: AES-256-GCM with a key of the secret. URL-safe ASCII. */
export async function seal(secrets: Secrets, belonging: Belonging, value: unknown): Promise<string> {
  const bytes = encoder.encode(JSON.stringify(value));
  const padded = new Uint8Array(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES).fill(SPACE);
  padded.set(bytes);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await keyOf(secrets.current, belonging);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(terms(iv, belonging), key, padded));
  const whole = new Uint8Array(IV_BYTES + sealed.length);
  whole.set(iv);
  whole.set(sealed, IV_BYTES);
  return base64url.encode(whole);
}

/** The JSON of a sealed text, by the current or the previous secret. Null: it is forged, or belongs to something else. */
export async function unseal(secrets: Secrets, belonging: Belonging, text: string): Promise<string | null> {
  for (const secret of [secrets.current, secrets.previous]) {
    if (secret === undefined) continue;
    try {
      const whole = new Uint8Array(base64url.decode(text));
      const [iv, sealed] = [whole.slice(0, IV_BYTES), whole.slice(IV_BYTES)];
      const key = await keyOf(secret, belonging);
      return new TextDecoder().decode(await crypto.subtle.decrypt(terms(iv, belonging), key, sealed));
    } catch {
      // Of another secret, of something else, or forged.
    }
  }
  return null;
}
