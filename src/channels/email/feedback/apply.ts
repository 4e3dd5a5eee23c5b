import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../../ctx.ts";
import type { Statement } from "../../../db/client.ts";
import { dispatches, suppressions } from "../../../db/schema/index.ts";
import { DAY, MINUTE } from "../../../lib/clock.ts";
import type { FeedbackEvent } from "./event.ts";

/** A mailbox that did not exist may exist again some day; who complained does not want our mail. */
const BOUNCE_KEPT_MS = 90 * DAY;

const TEXTS = {
  delivered: null,
  bounced: "The receiving server did not take it",
  complained: "The recipient reported it as spam",
  failed: "The e-mail provider gave it up",
} as const satisfies Record<FeedbackEvent["kind"], string | null>;

/** Providers' clocks may be behind ours by so much. */
const CLOCK_SKEW_MS = MINUTE;

/**
 * Writes down what a provider told about messages: one round trip, idempotent, in any order. A dispatch only moves
 * forward; one that the event overtook (it is still being sent, or waits to be tried again) is finished by it.
 * Dead addresses go onto the suppression list.
 * @returns ids of the provider's that no dispatch has (yet): of events that carry no id of ours
 */
export async function applyFeedback(ctx: Ctx, events: readonly FeedbackEvent[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const results = await ctx.db.write([
    moveForward(ctx, events),
    ...suppress(ctx, events),
    unknownMessages(events),
  ]);
  return new Set(((results.at(-1) ?? []) as { message: string }[]).map(({ message }) => message));
}

const byMessage = (message: SQL): SQL => sql`(SELECT m.id FROM ${dispatches} AS m
  WHERE m.provider_message_id IS NOT NULL AND m.provider_message_id = ${message} LIMIT 1)`;

function unknownMessages(events: readonly FeedbackEvent[]): Statement {
  const messages = events.flatMap(({ dispatchId, providerMessageId }) =>
    dispatchId === null && providerMessageId !== null ? [providerMessageId] : [],
  );
  return sql`SELECT value AS message FROM json_each(${JSON.stringify(messages)})
    WHERE ${byMessage(sql`value`)} IS NULL`;
}

/**
 * Later truths win: a bounce after a delivery is one (SES sends both), a complaint tells that it had arrived. The worst
 * event of a dispatch counts where one call brings several. What was told of it before a person had it tried again says
 * nothing of the new try.
 */
function moveForward(ctx: Ctx, events: readonly FeedbackEvent[]): Statement {
  const rank = { delivered: 0, failed: 1, bounced: 2, complained: 3 };
  const rows = events.map(({ kind, dispatchId, providerMessageId, at, code }) => ({
    id: dispatchId,
    message: providerMessageId,
    status: kind === "complained" ? "delivered" : kind,
    at,
    code: TEXTS[kind] === null ? null : code,
    text: TEXTS[kind],
    rank: rank[kind],
  }));
  // From the events to their dispatches: SQLite would rather go through every e-mail, by the channel's index.
  const found = sql`SELECT d.id, e.value AS e FROM json_each(${JSON.stringify(rows)}) AS e CROSS JOIN ${dispatches} AS d
    ON d.id = coalesce(e.value->>'id', ${byMessage(sql`e.value->>'message'`)})
    WHERE +d.channel = 'email' AND e.value->>'at' >= coalesce(d.scheduled_at, 0) - ${CLOCK_SKEW_MS}`;
  const worst = sql`SELECT id, e->>'status' AS status, e->>'at' AS at, e->>'code' AS code, e->>'text' AS text,
    max(e->>'rank') AS rank FROM (${found}) GROUP BY id`;
  const was = sql`${dispatches}.status`;
  const staysBounced = sql`(f.status = 'delivered' AND ${was} = 'bounced')`;
  // Errors of tries before it are over; what an earlier event told is not.
  const kept = (column: SQL) => sql`iif(${was} IN ('delivered', 'bounced'), ${column}, NULL)`;
  return sql`UPDATE ${dispatches} SET
      status = iif(${staysBounced}, 'bounced', f.status),
      delivered_at = iif(f.status = 'delivered', coalesce(delivered_at, f.at), delivered_at),
      delivered_count = iif(f.status = 'delivered' AND NOT ${staysBounced}, 1, 0),
      error_code = coalesce(f.code, ${kept(sql`error_code`)}), error = coalesce(f.text, ${kept(sql`error`)}),
      wake_at = NULL, updated_at = ${ctx.clock.now()}
    FROM (${worst}) AS f
    WHERE ${dispatches}.id = f.id AND ${was} <> 'cancelled'
      AND NOT (f.status = 'failed' AND ${was} IN ('delivered', 'bounced'))`;
}

/** Hard bounces for a while, complaints for ever; neither an older event nor a bounce weakens what is known. */
function suppress(ctx: Ctx, events: readonly FeedbackEvent[]): Statement[] {
  const now = ctx.clock.now();
  const rows = events.flatMap(({ kind, permanent, address, at }) =>
    address !== null && (kind === "complained" || (kind === "bounced" && permanent))
      ? [
          {
            email: address.toLowerCase(),
            reason: kind === "complained" ? "complaint" : "bounce",
            expires_at: kind === "complained" ? null : Math.min(at, now) + BOUNCE_KEPT_MS,
          },
        ]
      : [],
  );
  if (rows.length === 0) return [];
  return [
    sql`INSERT INTO ${suppressions} (email, reason, expires_at, created_at)
      SELECT value->>'email', value->>'reason', value->>'expires_at', ${now}
      FROM json_each(${JSON.stringify(rows)}) WHERE true
      ON CONFLICT (email) DO UPDATE SET reason = excluded.reason, expires_at = max(expires_at, excluded.expires_at)
      WHERE suppressions.reason <> 'complaint'`,
  ];
}
