import type { Context } from "hono";
import { actorOf, type Principal } from "../auth/principal.ts";
import { type IdempotencyKey, keyOf } from "../idempotency/once.ts";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";

/** Whether a caller wants to wait for the outcome, and how long (RFC 7240). */
interface Preference {
  /** Milliseconds to wait for the outcome. */
  waitMs: number;
  /** The value of the Preference-Applied header; null when the caller sent no preference. */
  applied: string | null;
}

const MAX_WAIT_SECONDS = 10;

// A token as RFC 9110 defines it, without the backtick.
const TOKEN = String.raw`[\w!#$%&'*+.^|~-]+`;
const VALUE = String.raw`(?:${TOKEN}|"(?:[^"\\]|\\.)*")`;
const PAIR = String.raw`${TOKEN}(?:\s*=\s*${VALUE})?`;
/** One preference with its parameters, up to the comma that follows (RFC 7240, 2). */
const PREFERENCE = new RegExp(String.raw`\s*(${PAIR})\s*(?:;\s*(?:${PAIR}\s*)?)*(?:,|$)`, "y");

/** The preferences of a header without their parameters, in lower case; null when it cannot be read. */
function preferencesIn(header: string): string[] | null {
  const found: string[] = [];
  PREFERENCE.lastIndex = 0;
  while (PREFERENCE.lastIndex < header.length) {
    const match = PREFERENCE.exec(header);
    if (match === null) return null;
    found.push((match[1] ?? "").toLowerCase());
  }
  return found;
}

const unreadable = (detail: string): Failure =>
  new Failure("invalid_request", "The Prefer header cannot be read.", {
    errors: [{ pointer: "Prefer", detail }],
  });

/**
 * Reads `Prefer: respond-async` and `Prefer: wait=N` (0–10, more counts as 10). Both together mean: asynchronously, but
 * answer only after N seconds (§4.3). Other preferences are ignored, as the RFC says.
 * @throws 400 for a header that cannot be read, and for a `wait` that is no number of seconds
 */
function preferenceOf(header: string | undefined, defaultWaitMs: number): Preference {
  if (header === undefined) return { waitMs: defaultWaitMs, applied: null };
  const parts = preferencesIn(header);
  if (parts === null) throw unreadable("must be a list of preferences, such as `respond-async, wait=5`");
  const asked = parts.includes("respond-async") ? ["respond-async"] : [];
  // When a preference is given twice, the first one counts (RFC 7240, 2).
  const wait = parts.find((part) => /^wait\s*(=|$)/.test(part));
  if (wait === undefined) return { waitMs: asked.length > 0 ? 0 : defaultWaitMs, applied: asked[0] ?? null };
  const seconds = secondsOf(wait);
  return { waitMs: seconds * 1_000, applied: [...asked, `wait=${seconds}`].join(", ") };
}

function secondsOf(wait: string): number {
  const digits = /^wait\s*=\s*"?(\d+)"?$/.exec(wait)?.[1];
  if (digits === undefined) throw unreadable("`wait` must be a whole number of seconds, such as `wait=5`");
  return Math.min(Number(digits), MAX_WAIT_SECONDS);
}

/** What the caller prefers; the answer's header says so. */
export function applyPreference(c: Context<AppEnv>): Preference {
  const preferred = preferenceOf(c.req.header("prefer"), c.get("deps").config.sendWaitMs);
  if (preferred.applied !== null) c.header("preference-applied", preferred.applied);
  return preferred;
}

/**
 * The owner of a key: a caller within one organization. A caller without a token is known by the address. On a laptop no
 * Cloudflare adds the address, so all such callers are one.
 */
const ownerOf = (principal: Principal, address: string | undefined): readonly string[] => [
  actorOf(principal),
  principal.kind === "token" ? (principal.orgId ?? "") : (address ?? "local"),
];

/**
 * The request's `Idempotency-Key`, scoped to owner, method, path and key, all of it hashed; null when it sent none.
 * Quoted (as the draft has it) and unquoted forms are the same key. `body` is what was parsed, defaults included.
 */
export async function idempotencyKeyOf(c: Context<AppEnv>, body: unknown): Promise<IdempotencyKey | null> {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return null;
  const text = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (!/^[\x21-\x7e]{1,255}$/.test(text))
    throw new Failure("invalid_request", "The Idempotency-Key must be 1 to 255 visible ASCII characters.", {
      errors: [{ pointer: "Idempotency-Key", detail: "must be 1 to 255 visible ASCII characters" }],
    });
  const owner = ownerOf(c.get("principal"), c.req.header("cf-connecting-ip"));
  const scope = [...owner, c.req.method, c.req.path, text];
  return keyOf(scope, body, c.get("deps").clock.now());
}
