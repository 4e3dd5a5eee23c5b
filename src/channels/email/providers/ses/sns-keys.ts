import { importX509 } from "jose";
import { MINUTE, SECOND } from "../../../../lib/clock.ts";
import { createThrottle } from "../../../../rate-limit/throttle.ts";
import type { Fetch } from "../../../send-kit/http.ts";

export interface KeyStoreOptions {
  fetch: Fetch;
  timeoutMs?: number | undefined;
  /** Epoch ms. */
  now?: (() => number) | undefined;
}

type Hash = "SHA-1" | "SHA-256";

const TIMEOUT_MS = 5 * SECOND;
/** SNS signs with one certificate a region and replaces it once a year. */
const MAX_KEYS = 8;
const MAX_LENGTH = 16 * 1024;

/** How many URLs without a certificate are remembered, and for how long. Anyone can put such a URL into a message. */
const MAX_ABSENT = 256;
const ABSENT_MS = 10 * MINUTE;

/** Statuses that mean that the certificate does not exist. */
const ABSENT = new Set([403, 404, 410]);

/** The rate of fetches, for all URLs together. */
const FETCHES = { burst: 10, intervalMs: SECOND };

/** Fetches a certificate. `absent`: the server has none. `unknown`: there was no useful answer. */
async function download(
  fetch: Fetch,
  url: string,
  timeoutMs: number,
): Promise<{ pem: string } | "absent" | "unknown"> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "GET", redirect: "manual", signal });
    const body = await response.text();
    if (response.status === 200 && body.length <= MAX_LENGTH) return { pem: body };
    return ABSENT.has(response.status) ? "absent" : "unknown";
  } catch {
    return "unknown";
  }
}

async function publicKey(pem: string, hash: Hash): Promise<CryptoKey | null> {
  try {
    const key = await importX509(pem, "RS256", { extractable: true });
    // The library does not support SHA-1, which SNS still uses for signature version 1.
    const spki = await crypto.subtle.exportKey("spki", key);
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
    return await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
  } catch {
    return null;
  }
}

/**
 * Public keys of SNS's signing certificates, by URL. TLS proves that they are SNS's, so callers must check that the URL is on
 * SNS's host. A cache keeps the last ones used, and URLs without a certificate. New URLs are fetched slowly, so that a flood
 * of forged messages causes no flood of fetches.
 */
export function createKeyStore({ fetch, timeoutMs = TIMEOUT_MS, now = Date.now }: KeyStoreOptions) {
  const keys = new Map<string, CryptoKey>();
  const absent = new Map<string, number>();
  const mayFetch = createThrottle(FETCHES, now);

  /** Maps keep their entries in the order of use: the latest is last. */
  function keep<T>(map: Map<string, T>, name: string, value: T, size: number): void {
    map.delete(name);
    const [oldest] = map.keys();
    if (map.size >= size && oldest !== undefined) map.delete(oldest);
    map.set(name, value);
  }

  return {
    /** Null when there is no such certificate, or it cannot be fetched now. */
    async get(url: string, hash: Hash): Promise<CryptoKey | null> {
      const name = `${hash} ${url}`;
      const known = keys.get(name);
      if (known) {
        keep(keys, name, known, MAX_KEYS);
        return known;
      }
      if ((absent.get(url) ?? 0) > now() || !mayFetch()) return null;
      const found = await download(fetch, url, timeoutMs);
      if (found === "unknown") return null;
      if (found === "absent") keep(absent, url, now() + ABSENT_MS, MAX_ABSENT);
      const key = found === "absent" ? null : await publicKey(found.pem, hash);
      if (key !== null) keep(keys, name, key, MAX_KEYS);
      return key;
    },
  };
}

/** Confirms a subscription by fetching its `SubscribeURL`, which `createSnsVerifier` has checked. @returns whether SNS accepted */
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
