import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../../ctx.ts";
import type { Statement } from "../../../db/statement.ts";
import { suppressions, users } from "../../../db/schema/index.ts";
import { addressKey } from "../../../lib/address.ts";
import { DAY } from "../../../lib/clock.ts";
import type { FeedbackEvent } from "./event.ts";
import { aboutDispatches, IS_OF_THIS_TRY } from "./found.ts";

/** A mailbox that did not exist may exist again some day; who complained does not want our mail. */
const BOUNCE_KEPT_MS = 90 * DAY;

/**
 * The address that a dispatch `d` was sent to. As long as an attempt is not settled (the event was faster) the dispatch has
 * none, or that of the attempt before: then it is the user's. It is never one that only the event names, or a forged list
 * of recipients could block a stranger.
 */
const WRITTEN_TO: SQL = sql`iif(
  d.to_address IS NOT NULL AND (d.claim_id IS NULL OR lower(d.to_address) = e.value->>'address'),
  d.to_address, coalesce(u.email, d.to_address))`;

/**
 * Suppresses addresses: after a hard bounce for a while, after a complaint for ever. Neither an older event nor a bounce
 * weakens what is known. An event whose dispatch is gone suppresses nobody: nothing tells any more whom we wrote to.
 */
export function suppress(ctx: Ctx, events: readonly FeedbackEvent[]): Statement[] {
  const now = ctx.clock.now();
  const rows = events
    .filter(({ kind, permanent }) => kind === "complained" || (kind === "bounced" && permanent))
    .map(({ kind, dispatchId, providerMessageId, address, at }) => ({
      id: dispatchId,
      message: providerMessageId,
      address: address === null ? null : addressKey(address),
      reason: kind === "complained" ? "complaint" : "bounce",
      expires_at: kind === "complained" ? null : Math.min(at, now) + BOUNCE_KEPT_MS,
      at,
    }));
  if (rows.length === 0) return [];
  // Of an earlier try only what names the same address: the later one may have gone to another.
  const found = sql`SELECT lower(${WRITTEN_TO}) AS email, e.value AS e
    ${aboutDispatches(rows, sql`LEFT JOIN ${users} AS u ON u.id = d.user_id`)}
      AND (${IS_OF_THIS_TRY} OR e.value->>'address' = lower(${WRITTEN_TO}))`;
  return [
    sql`INSERT INTO ${suppressions} (email, reason, expires_at, created_at)
      SELECT email, e->>'reason', e->>'expires_at', ${now} FROM (${found}) WHERE email IS NOT NULL
      ON CONFLICT (email) DO UPDATE SET reason = excluded.reason, expires_at = max(expires_at, excluded.expires_at)
      WHERE suppressions.reason <> 'complaint'`,
  ];
}
