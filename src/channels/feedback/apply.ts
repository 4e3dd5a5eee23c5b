import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { dispatches } from "../../db/schema/index.ts";
import { followReferences, type Reference } from "../../delivery/fallback.ts";
import { byMessage } from "../../outbox/by-message.ts";
import { appended } from "../../outbox/timeline.ts";
import { queuedAmong, wake } from "../../outbox/wake.ts";
import type { FeedbackEvent } from "./event.ts";
import { aboutDispatches, IS_OF_THIS_TRY } from "./found.ts";
import { suppress } from "./suppress.ts";

/** The channels whose providers report what became of messages. */
export type ReportingChannel = "email" | "sms";

/** The status that each kind of event gives its dispatch. */
const STATUS = {
  delivered: "delivered",
  bounced: "bounced",
  maybe_bounced: "bounced",
  complained: "delivered",
  failed: "failed",
} as const satisfies Record<FeedbackEvent["kind"], string>;

/** The text for the log. */
const TEXTS = {
  email: {
    delivered: null,
    bounced: "The receiving server did not take it",
    maybe_bounced: "It came back, and nothing says that it arrived",
    complained: "The recipient reported it as spam",
    failed: "The e-mail provider gave it up",
  },
  sms: {
    delivered: null,
    bounced: "The network did not deliver it",
    maybe_bounced: "It came back, and nothing says that it arrived",
    complained: "The recipient reported it as spam",
    failed: "The SMS provider gave it up",
  },
} as const satisfies Record<ReportingChannel, Record<FeedbackEvent["kind"], string | null>>;

/**
 * The event with the greatest weight counts, in whatever order events come. A bounce outweighs a delivery (SES may report
 * both), a permanent bounce everything. A complaint shows that the message arrived. A bounce that may be an automatic reply
 * counts only if nothing else shows that it arrived.
 */
const WEIGHTS = {
  failed: 0,
  maybe_bounced: 1,
  delivered: 2,
  complained: 3,
  bounced: 4,
} as const satisfies Record<FeedbackEvent["kind"], number>;
const PERMANENT_BOUNCE = 5;

const weightOf = ({ kind, permanent }: FeedbackEvent): number =>
  kind === "bounced" && permanent ? PERMANENT_BOUNCE : WEIGHTS[kind];

/**
 * Records a provider's events. One round trip, idempotent, with the same result in any order. An event also finishes a
 * dispatch that is still being sent or waits for its next attempt. What did not arrive is followed by its fallback. Dead
 * addresses are suppressed.
 * @returns for events without a dispatch id: the provider's message ids that no dispatch has (yet)
 */
export async function applyFeedback(
  ctx: Ctx,
  channel: ReportingChannel,
  events: readonly FeedbackEvent[],
): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const followers = followReferences(ctx, events.flatMap(referenceIfLost));
  const { unknown, toWake } = await ctx.db.write({
    moveForward: moveForward(ctx, channel, events),
    followers: followers.statements,
    suppress: suppress(ctx, channel, events),
    unknown: unknownMessages(events),
    toWake: followers.ids.length === 0 ? [] : [queuedAmong(followers.ids)],
  });
  await wake(ctx, toWake);
  return new Set(unknown.map(({ message }) => message));
}

/** Which dispatch an event is about that says that it did not arrive. */
const referenceIfLost = ({ kind, dispatchId, providerMessageId }: FeedbackEvent): Reference[] =>
  STATUS[kind] === "delivered" ? [] : [{ id: dispatchId, message: providerMessageId }];

function unknownMessages(events: readonly FeedbackEvent[]): SQL<{ message: string }> {
  const messages = events.flatMap(({ dispatchId, providerMessageId }) =>
    dispatchId === null && providerMessageId !== null ? [providerMessageId] : [],
  );
  return sql<{ message: string }>`SELECT value AS message FROM json_each(${JSON.stringify(messages)})
    WHERE ${byMessage(sql`value`)} IS NULL`;
}

/** Of two events with the same weight the error code decides. Any rule would do that does not depend on their order. */
function moveForward(ctx: Ctx, channel: ReportingChannel, events: readonly FeedbackEvent[]): Statement {
  const now = ctx.clock.now();
  const rows = events.map((event) => ({
    id: event.dispatchId,
    message: event.providerMessageId,
    kind: event.kind,
    status: STATUS[event.kind],
    at: event.at,
    untimed: event.untimed,
    code: TEXTS[channel][event.kind] === null ? null : event.code,
    text: TEXTS[channel][event.kind],
    weight: weightOf(event),
  }));
  const reported = sql`SELECT d.id, e.value AS e ${aboutDispatches(channel, rows)} AND ${IS_OF_THIS_TRY}`;
  const weightiest = sql`SELECT * FROM (
    SELECT id, e->>'status' AS status, e->>'kind' AS kind, e->>'code' AS code, e->>'text' AS text, e->>'weight' AS weight, e->>'at' AS at,
      min(iif(e->>'status' = 'delivered', e->>'at', NULL)) OVER (PARTITION BY id) AS arrived_at,
      min(iif(e->>'kind' = 'delivered', e->>'at', NULL)) OVER (PARTITION BY id) AS accepted_at,
      row_number() OVER (PARTITION BY id ORDER BY e->>'weight' DESC, e->>'code') AS place
    FROM (${reported})) WHERE place = 1`;
  const wins = isHeavier();
  const ifItWins = (value: SQL, column: SQL) => sql`iif(${wins}, ${value}, ${column})`;
  return sql`UPDATE ${dispatches} SET
      status = ${ifItWins(sql`f.status`, sql`${dispatches}.status`)},
      error_code = ${ifItWins(sql`f.code`, sql`error_code`)},
      error = ${ifItWins(sql`f.text`, sql`error`)},
      delivered_count = ${ifItWins(sql`(f.status = 'delivered')`, sql`delivered_count`)},
      feedback_weight = ${ifItWins(sql`f.weight`, sql`feedback_weight`)},
      delivered_at = coalesce(min(delivered_at, f.arrived_at), delivered_at, f.arrived_at),
      wake_at = NULL, follow_at = NULL, updated_at = ${now},
      timeline = ${appended(entryOf(wins, now))}
    FROM (${weightiest}) AS f
    WHERE ${dispatches}.id = f.id AND ${dispatches}.status <> 'cancelled'
      AND (${wins} OR f.arrived_at < delivered_at OR (f.arrived_at IS NOT NULL AND delivered_at IS NULL))`;
}

/**
 * The entry for what counts, or for an earlier arrival, which counts no more. `delivered_at` tells of an arrival that was reported
 * together with what counts.
 */
const entryOf = (wins: SQL, now: number): SQL => sql`CASE
  WHEN ${wins} THEN json_object('did', 'reported', 'at', ${now}, 'kind', f.kind, 'event_at', f.at, 'code', f.code)
  WHEN f.accepted_at < coalesce(delivered_at, f.accepted_at + 1)
    THEN json_object('did', 'reported', 'at', ${now}, 'kind', 'delivered', 'event_at', f.accepted_at, 'code', NULL) END`;

/** Whether `f` outweighs what was reported before. Rows of older versions have no weight, so it follows from their status. */
function isHeavier(): SQL {
  const before = sql`coalesce(feedback_weight, CASE ${dispatches}.status
    WHEN 'delivered' THEN ${WEIGHTS.delivered} WHEN 'bounced' THEN ${WEIGHTS.bounced} ELSE -1 END)`;
  return sql`(f.weight > ${before} OR (f.weight = ${before} AND f.code < error_code))`;
}
