import { importX509 } from "jose";
import { SECOND } from "../../../lib/clock.ts";
import type { Fetch } from "../providers/http.ts";

export interface KeyStoreOptions {
  fetch: Fetch;
  timeoutMs?: number | undefined;
}

type Hash = "SHA-1" | "SHA-256";

const TIMEOUT_MS = 5 * SECOND;
/** SNS signs with one certificate a region and replaces it once a year. */
const MAX_KEYS = 8;
const MAX_LENGTH = 16 * 1024;

async function download(fetch: Fetch, url: string, timeoutMs: number): Promise<string | null> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "GET", redirect: "manual", signal });
    const body = await response.text();
    return response.status === 200 && body.length <= MAX_LENGTH ? body : null;
  } catch {
    return null;
  }
}

async function publicKey(pem: string, hash: Hash): Promise<CryptoKey | null> {
  try {
    const key = await importX509(pem, "RS256", { extractable: true });
    // The library knows no SHA-1, which SNS still uses for signature version 1.
    const spki = await crypto.subtle.exportKey("spki", key);
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
    return await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
  } catch {
    return null;
  }
}

/**
 * Public keys of SNS's signing certificates, by URL. That they are SNS's is vouched for by TLS: the URL must have been checked
 * to be on SNS's host. Keeps a few, the oldest leaving first; failures are not kept.
 */
export function createKeyStore({ fetch, timeoutMs = TIMEOUT_MS }: KeyStoreOptions) {
  const keys = new Map<string, CryptoKey>();

  return {
    /** Null when the certificate cannot be had, or is none. */
    async get(url: string, hash: Hash): Promise<CryptoKey | null> {
      const name = `${hash} ${url}`;
      const known = keys.get(name);
      if (known) return known;
      const pem = await download(fetch, url, timeoutMs);
      const key = pem === null ? null : await publicKey(pem, hash);
      if (key === null) return null;
      const [oldest] = keys.keys();
      if (keys.size >= MAX_KEYS && oldest !== undefined) keys.delete(oldest);
      keys.set(name, key);
      return key;
    },
  };
}

/** Confirms a subscription by visiting its `SubscribeURL`, which `createSnsVerifier` has checked. True when SNS agreed. */
export async function confirmSubscription(
  fetch: Fetch,
  url: string,
  timeoutMs = TIMEOUT_MS,
): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "GET", redirect: "manual", signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
