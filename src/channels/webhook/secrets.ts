import { openSecret, sealSecret } from "../../auth/vault.ts";
import type { Ctx } from "../../ctx.ts";
import type { WebhookEndpoint } from "../../db/schema/index.ts";
import { parseJson } from "../../lib/objects.ts";

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;

const placeOf = (id: string) => ({ table: "webhook_endpoints", id });

/** A new secret as its owner gets it, `whsec_…`, and sealed as it is stored. @throws 503 without SECRETS_KEY */
export async function makeSecret(ctx: Ctx, endpointId: string): Promise<{ secret: string; sealed: string }> {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const secret = `whsec_${btoa(String.fromCharCode(...bytes))}`;
  return { secret, sealed: await sealSecret(ctx, placeOf(endpointId), secret) };
}

/**
 * The secrets that sign now: the endpoint's own, and during a rotation the one before. Empty: no key that we have opens
 * them.
 */
export async function secretsOf(
  ctx: Ctx,
  { id, secret, previous_secret, previous_until }: WebhookEndpoint,
): Promise<string[]> {
  const isOverlap = previous_secret !== null && (previous_until ?? 0) > ctx.clock.now();
  const sealed = [secret, ...(isOverlap ? [previous_secret] : [])];
  const opened = await Promise.all(sealed.map((one) => openSecret(ctx, placeOf(id), one)));
  return opened.flatMap((text) => {
    const value = text === null ? null : parseJson(text);
    return typeof value === "string" ? [value] : [];
  });
}
