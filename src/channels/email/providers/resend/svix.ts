import { Webhook as Signer } from "standardwebhooks";
import { MINUTE, SECOND } from "../../../../lib/clock.ts";
import { parseJson } from "../../../../lib/objects.ts";
import type { Webhook } from "../../../feedback/webhook.ts";
import { isOneOf } from "../../../../lib/constant-time.ts";

export type SvixCheck =
  /** `id` is the same when the event is sent again. */
  { ok: true; id: string } | { ok: false; code: "missing_headers" | "timestamp" | "signature" };

/** Both specifications recommend this tolerance. */
const TOLERANCE_MS = 5 * MINUTE;
/** During a rotation a sender signs with both secrets. A call with more signatures than this is only meant to make us work. */
const MAX_SIGNATURES = 16;

/** The header `name` of Svix (`svix-…`) or of Standard Webhooks (`webhook-…`). */
const header = (headers: Headers, name: string): string =>
  headers.get(`svix-${name}`) ?? headers.get(`webhook-${name}`) ?? "";

/**
 * Checks the signature of Svix's webhooks, which Resend uses; Standard Webhooks 1.0.0 differs only in the header names. The
 * library only signs here, and the time is checked by `now`: the library would use the system's clock.
 * @param secrets `whsec_…`; several during a rotation. Throws when one is not base64; the configuration refuses such a secret
 */
export function createSvixVerifier(secrets: readonly string[]) {
  const signers = secrets.map((secret) => new Signer(secret));
  /** @param body the request's body as it came, before any parsing */
  return async (headers: Headers, body: string, now: number): Promise<SvixCheck> => {
    const id = header(headers, "id");
    const timestamp = header(headers, "timestamp");
    const signatures = header(headers, "signature").split(" ");
    if (id === "" || timestamp === "") return { ok: false, code: "missing_headers" };
    const at = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * SECOND : Number.NaN;
    // Also false for NaN.
    if (!(Math.abs(now - at) <= TOLERANCE_MS)) return { ok: false, code: "timestamp" };
    const expected = signers.map((signer) => signer.sign(id, new Date(at), body));
    const checks = signatures.slice(0, MAX_SIGNATURES).map((signature) => isOneOf(signature, expected));
    return (await Promise.all(checks)).includes(true) ? { ok: true, id } : { ok: false, code: "signature" };
  };
}

/** Resend's webhook; null without a secret. */
export function createSvixWebhook(secrets: readonly string[]): Webhook | null {
  if (secrets.length === 0) return null;
  const verify = createSvixVerifier(secrets);
  return async (call, now) => {
    const body = await call.text();
    const checked = await verify(call.headers, body, now);
    if (!checked.ok) return { kind: "forged", code: checked.code };
    const payload = parseJson(body);
    return payload === undefined ? { kind: "malformed" } : { kind: "event", payload };
  };
}
