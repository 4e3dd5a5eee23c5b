import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { type SUPPRESSION_REASONS, suppressions, users } from "../../db/schema/index.ts";
import { addressKey } from "../../lib/address.ts";
import { DAY } from "../../lib/clock.ts";
import type { FeedbackEvent } from "./event.ts";
import { aboutDispatches, IS_OF_THIS_TRY } from "./found.ts";

/** A bounce suppresses for 90 days, because a mailbox may exist again later. What an owner has said suppresses for ever. */
const BOUNCE_KEPT_MS = 90 * DAY;

const reasonOf = ({ kind, optedOut }: FeedbackEvent): (typeof SUPPRESSION_REASONS)[number] =>
  kind === "complained" ? "complaint" : optedOut ? "unsubscribed" : "bounce";

/** The column of a user `u` that a channel sends to. */
const ADDRESS = { email: sql`u.email`, sms: sql`u.phone` } as const;

/**
 * The address that a dispatch `d` was sent to. Until an attempt is settled the dispatch has none, or the one of the attempt
 * before; then the user's address counts. An address that only the event names never counts: forged events could otherwise
 * suppress strangers.
 */
const sentTo = (channel: keyof typeof ADDRESS): SQL => sql`iif(
  d.to_address IS NOT NULL AND (d.claim_id IS NULL OR lower(d.to_address) = e.value->>'address'),
  d.to_address, coalesce(${ADDRESS[channel]}, d.to_address))`;

/**
 * Suppresses addresses: for 90 days after a hard bounce, for ever after a complaint or an opt-out. No later event shortens
 * that, and a START lifts only an opt-out before it. An event whose dispatch was removed suppresses nothing, because the address is not known any more.
 */
export function suppress(
  ctx: Ctx,
  channel: keyof typeof ADDRESS,
  events: readonly FeedbackEvent[],
): Statement[] {
  const now = ctx.clock.now();
  const rows = events
    .filter(({ kind, permanent }) => kind === "complained" || (kind === "bounced" && permanent))
    .map((event) => ({
      id: event.dispatchId,
      message: event.providerMessageId,
      address: event.address === null ? null : addressKey(event.address),
      reason: reasonOf(event),
      expires_at: reasonOf(event) === "bounce" ? Math.min(event.at, now) + BOUNCE_KEPT_MS : null,
      at: event.at,
      untimed: event.untimed,
    }));
  if (rows.length === 0) return [];
  // An event of an earlier try counts only if it names the same address: the later try may have gone to another one.
  const address = sql`lower(${sentTo(channel)})`;
  const found = sql`SELECT ${address} AS email, e.value AS e
    ${aboutDispatches(channel, rows, sql`LEFT JOIN ${users} AS u ON u.id = d.user_id`)}
      AND (${IS_OF_THIS_TRY} OR e.value->>'address' = ${address})`;
  return [
    sql`INSERT INTO ${suppressions} (email, reason, expires_at, created_at)
      SELECT email, e->>'reason', e->>'expires_at', ${now} FROM (${found}) WHERE email IS NOT NULL
      ON CONFLICT (email) DO UPDATE SET reason = excluded.reason, expires_at = max(expires_at, excluded.expires_at),
        created_at = iif(excluded.reason = 'unsubscribed', excluded.created_at, created_at)
      WHERE suppressions.reason = 'bounce'`,
  ];
}
