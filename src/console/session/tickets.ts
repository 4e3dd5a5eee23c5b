import { sql } from "drizzle-orm";
import type { TokenPrincipal } from "../../auth/principal.ts";
import type { Ctx } from "../../ctx.ts";
import { idempotencyKeys } from "../../db/schema/index.ts";
import { HOUR, MINUTE } from "../../lib/clock.ts";
import { sha256Hex } from "../../lib/sha256.ts";
import { type Signed, sign, verify } from "./signed.ts";

/** A ticket is in a URL, which may end up in a log: it is valid for a short time and once. On a laptop it may wait longer. */
const TTL_MS = { production: 5 * MINUTE, development: 12 * HOUR } as const;

/** A text that signs somebody in, once. No round trip. @returns it, and until when it is valid (epoch ms) */
export async function issueTicket(
  { config, clock, ids }: Ctx,
  principal: TokenPrincipal,
): Promise<{ ticket: string; expiresAt: number }> {
  const expiresAt = clock.now() + TTL_MS[config.environment];
  const signed = { id: ids.uuid(), principal, expiresAt };
  return { ticket: await sign(config.linkSecrets, "console-ticket", signed), expiresAt };
}

/**
 * Takes a ticket. One round trip, which may be repeated: who uses it is written beside it, and the first one counts.
 * @returns whose it is; null when it is forged, over, or has been used
 */
export async function redeemTicket(ctx: Ctx, ticket: string): Promise<Signed | null> {
  const { config, clock, ids } = ctx;
  const signed = await verify(config.linkSecrets, "console-ticket", ticket, clock.now());
  if (signed === null) return null;
  const key = await sha256Hex(`console-ticket ${signed.id}`);
  const use = ids.uuid();
  const { used } = await ctx.db.write({
    take: sql`INSERT INTO ${idempotencyKeys} (key, fingerprint, resource_id, expires_at)
      VALUES (${key}, '', ${use}, ${signed.expiresAt}) ON CONFLICT DO NOTHING`,
    used: sql<{ by: string }>`SELECT resource_id AS by FROM ${idempotencyKeys} WHERE key = ${key}`,
  });
  return used[0]?.by === use ? signed : null;
}
