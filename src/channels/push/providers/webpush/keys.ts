import { z } from "zod";
import { byApp, list } from "../../../../config/variables.ts";
import type { Fault, Given } from "../../../../config/provider.ts";
import { isProduction } from "../../../../config/rules.ts";

/** The key pair by which an application server names itself (VAPID, RFC 8292), of one app. */
export interface VapidKeys {
  /** base64url of the uncompressed point: 65 bytes. Browsers subscribe with it. */
  publicKey: string;
  /** base64url of the scalar: 32 bytes. */
  privateKey: string;
  /** How a push service can reach whoever runs this: a mailto: or https: address. */
  subject: string;
}

/** 65 bytes of which the first is 4. */
const publicKey = z
  .string()
  .regex(/^B[A-P][A-Za-z0-9_-]{85}$/, "must be a P-256 public key in base64url, of 87 characters");

const privateKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, "must be a P-256 private key in base64url, of 43 characters");

/** A host in `mailto:` or `https:` that somebody else can reach. */
const REACHABLE =
  /^(?:mailto:[^\s<>@]+@|https:\/\/)(?:[a-z0-9-]+\.)+(?!(?:localhost|local|internal|invalid|test)\b)[a-z][a-z0-9-]+(?:\/[^\s<>]*)?$/i;

/** Apple refuses every push (403 BadJwtToken) where this is more than an address, or one of a host that nobody can reach. */
const subject = z
  .string()
  .regex(REACHABLE, "must be mailto: with an address, or an https address, of a host that others can reach");

/** `host`, `*.host` of two labels or more; or an origin of this computer, with http and a port. */
const HOST = /^(?:(?:\*\.)?(?:[a-z0-9-]+\.)+[a-z0-9-]*[a-z-]|http:\/\/(?:localhost|127\.0\.0\.1):\d{1,5})$/;

export const variables = {
  /** The key that browsers subscribe with. It is public. */
  VAPID_PUBLIC_KEY: publicKey.optional(),
  VAPID_PRIVATE_KEY: privateKey.optional(),
  VAPID_SUBJECT: subject.optional(),
  /** Further apps by name, each with its own pair; without a subject it is VAPID_SUBJECT. */
  VAPID_KEYS: byApp(
    z.strictObject({ public_key: publicKey, private_key: privateKey, subject: subject.optional() }),
  ).optional(),
  /** Hosts of push services beside those of the browsers, comma-separated. */
  WEB_PUSH_HOSTS: z
    .string()
    .default("")
    .transform(list)
    .pipe(z.array(z.string().regex(HOST, "must be hosts such as push.example.com or *.example.com"))),
};

/** What is wrong with them together. The public key decides: also whoever sees no secrets sees that one. */
export function faultsIn(given: Given): Fault[] {
  const has = (name: keyof typeof variables) => given[name] !== undefined;
  const isListed = list(given["PUSH_PROVIDERS"] ?? "").includes("webpush");
  const found: Fault[] = [];
  if (isListed && !has("VAPID_PUBLIC_KEY") && !has("VAPID_KEYS"))
    found.push({
      variable: "VAPID_PUBLIC_KEY",
      problem: "it or VAPID_KEYS is needed for the push provider webpush; `npm run -s vapid` makes a pair",
    });
  if (has("VAPID_PUBLIC_KEY") && !has("VAPID_PRIVATE_KEY"))
    found.push({
      variable: "VAPID_PRIVATE_KEY",
      problem: "is needed with VAPID_PUBLIC_KEY; `npm run -s vapid` makes both",
    });
  const apps = Object.values(variables.VAPID_KEYS.safeParse(given["VAPID_KEYS"]).data ?? {});
  const needsSubject = has("VAPID_PUBLIC_KEY") || apps.some((app) => app.subject === undefined);
  if (needsSubject && !has("VAPID_SUBJECT"))
    found.push({ variable: "VAPID_SUBJECT", problem: "is needed with VAPID_PUBLIC_KEY or VAPID_KEYS" });
  if (isProduction(given) && /\bhttp:/.test(given["WEB_PUSH_HOSTS"] ?? ""))
    found.push({ variable: "WEB_PUSH_HOSTS", problem: "must name no http address in production" });
  return found;
}

type Settings = z.output<z.ZodObject<typeof variables>>;

/** The key pairs by app; null is the default one. */
export function keysOf(v: Settings): ReadonlyMap<string | null, VapidKeys> {
  const found = new Map<string | null, VapidKeys>();
  const { VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, VAPID_SUBJECT = "", VAPID_KEYS = {} } = v;
  if (VAPID_PUBLIC_KEY !== undefined && VAPID_PRIVATE_KEY !== undefined)
    found.set(null, { publicKey: VAPID_PUBLIC_KEY, privateKey: VAPID_PRIVATE_KEY, subject: VAPID_SUBJECT });
  for (const [app, { public_key, private_key, subject: own = VAPID_SUBJECT }] of Object.entries(VAPID_KEYS))
    found.set(app, { publicKey: public_key, privateKey: private_key, subject: own });
  return found;
}

/** The public key of an app, with which browsers subscribe; null where it has none. */
export type VapidPublicKey = (app: string | null) => string | null;

/** @param given variables that the configuration has checked */
export function vapidPublicKeys(given: Given): VapidPublicKey {
  const keys = keysOf(z.object(variables).parse(given));
  return (app) => keys.get(app)?.publicKey ?? null;
}
