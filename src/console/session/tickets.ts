import { sql } from "drizzle-orm";
import { audit, type AuditEntry, CHANGED } from "../../audit/audit.ts";
import { actorOf, type TokenPrincipal } from "../../auth/principal.ts";
import type { Ctx } from "../../ctx.ts";
import { idempotencyKeys } from "../../db/schema/index.ts";
import { HOUR, MINUTE } from "../../lib/clock.ts";
import { sha256Hex } from "../../lib/sha256.ts";
import { type Signed, sign, verify } from "./signed.ts";

/** A ticket is in a URL, which may end up in a log: it is valid for a short time and once. On a laptop it may wait longer. */
const TTL_MS = { production: 5 * MINUTE, development: 12 * HOUR } as const;

/**
 * A text that signs somebody in, once. No round trip.
 * @param tokenExpiresAt when the token expires by which it is asked for, epoch ms
 * @returns it, and until when it is valid (epoch ms)
 */
export async function issueTicket(
  { config, clock, ids }: Ctx,
  principal: TokenPrincipal,
  tokenExpiresAt: number,
): Promise<{ ticket: string; expiresAt: number }> {
  const expiresAt = Math.min(tokenExpiresAt, clock.now() + TTL_MS[config.environment]);
  const signed = { id: ids.uuid(), principal, expiresAt, tokenExpiresAt };
  return { ticket: await sign(config.linkSecrets, "console-ticket", signed), expiresAt };
}

/** The audit log's entry of somebody who signs in. @param id a UUIDv7, new for each */
export const signedIn = (principal: TokenPrincipal, id: string, requestId: string): AuditEntry => ({
  id,
  actor: actorOf(principal),
  action: "console.sign_in",
  target: principal.id,
  requestId,
});

/** Whose a ticket is, without taking it; null when it is forged or over. No round trip. */
export const lookAtTicket = ({ config, clock }: Ctx, ticket: string): Promise<Signed | null> =>
  verify(config.linkSecrets, "console-ticket", ticket, clock.now());

/**
 * Takes a ticket. One round trip, which may be repeated: who uses it is written beside it, and the first one counts.
 * @returns whose it is; null when it is forged, over, or has been used
 */
export async function redeemTicket(ctx: Ctx, ticket: string, requestId: string): Promise<Signed | null> {
  const { ids } = ctx;
  const signed = await lookAtTicket(ctx, ticket);
  if (signed === null) return null;
  const key = await sha256Hex(`console-ticket ${signed.id}`);
  const use = ids.uuid();
  const { used } = await ctx.db.write({
    take: sql`INSERT INTO ${idempotencyKeys} (key, fingerprint, resource_id, expires_at)
      VALUES (${key}, '', ${use}, ${signed.expiresAt}) ON CONFLICT DO NOTHING`,
    audit: audit(signedIn(signed.principal, use, requestId), CHANGED),
    used: sql<{ by: string }>`SELECT resource_id AS by FROM ${idempotencyKeys} WHERE key = ${key}`,
  });
  return used[0]?.by === use ? signed : null;
}
