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

/** Addresses without a certificate that are remembered, and for how long. Anyone can name one in a message. */
const MAX_ABSENT = 256;
const ABSENT_MS = 10 * MINUTE;

/** What the store of the certificates answers for one that is not there. */
const ABSENT = new Set([403, 404, 410]);

/** Fetches, whatever addresses are named: so many at once, then one a second. */
const FETCHES = { burst: 10, intervalMs: SECOND };

/** The certificate, or why there is none: the server says so, or nobody knows. */
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
 * to be on SNS's host. Keeps a few, the one that was not used for the longest time leaving first. What is not there is
 * remembered, too, and new addresses are asked at a slow pace: a flood of them makes no flood of fetches.
 */
export function createKeyStore({ fetch, timeoutMs = TIMEOUT_MS, now = Date.now }: KeyStoreOptions) {
  const keys = new Map<string, CryptoKey>();
  const absent = new Map<string, number>();
  const mayFetch = createThrottle(FETCHES, now);

  /** The latest use is last. */
  function keep<T>(map: Map<string, T>, name: string, value: T, size: number): void {
    map.delete(name);
    const [oldest] = map.keys();
    if (map.size >= size && oldest !== undefined) map.delete(oldest);
    map.set(name, value);
  }

  return {
    /** Null when the certificate cannot be had (now), or is none. */
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
