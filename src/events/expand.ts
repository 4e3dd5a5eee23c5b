import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { dispatches, type Event, events, users, wordings } from "../db/schema/index.ts";
import { inJson, selectWhole } from "../db/json.ts";
import type { Statement } from "../db/statement.ts";
import { MINUTE, SECOND } from "../lib/clock.ts";
import { dispatchRow, type FreshDispatch, insertDispatches } from "../outbox/create.ts";
import { type ToWake, toWakeOf, wake } from "../outbox/wake.ts";
import { orgTree } from "../auth/scope.ts";
import { SERVICE } from "../preferences/org-settings.ts";
import { type OwnTypeData, readOwnType } from "../types/own-type.ts";
import {
  collect,
  type Conditions,
  conditionsOf,
  firstPayload,
  isWanted,
  marksOf,
  outcomesOf,
  takeKeys,
  withholdMany,
} from "./conditions.ts";
import { connectionsAmong, isReceiver } from "./connections.ts";
import { recipientsOf } from "./facts.ts";
import { withinQuota } from "./in-app-quota.ts";
import { countSkipped, type Plan, planOf, type Skipped } from "./plan.ts";
import { isNamed, mayRecur, PORTION, portionOf, readRecipients, type Recipients } from "./recipients.ts";
import { readSkipped } from "./skipped.ts";

/** A portion takes seconds. After so long another worker may go on with the event. */
export const LEASE_MS = MINUTE;

/** The result of a portion: the event after it; null if it is not there. */
interface Expanded {
  event: Event | null;
  /** Whether this call wrote the portion; false: another one has, or the event was cancelled. */
  isMine: boolean;
}

/**
 * Makes the messages of an event's next 1,000 recipients: one round trip that reads, one that writes. What it writes depends
 * upon the portion before being the last one, so two workers, or a repeat, make no message twice.
 * @param create statements that make the event, for its first portion
 */
export async function expandPortion(
  ctx: Ctx,
  event: Event,
  create: readonly Statement[] = [],
): Promise<Expanded> {
  const now = ctx.clock.now();
  const type = readOwnType(event.type_data);
  const recipients = readRecipients(event.recipients);
  const isOfConnections = recipients.to.kind === "connections";
  const steps = stepsOf(type, event).filter(({ channel }) => !isOfConnections || channel === "chat");
  const { found, words } = await ctx.db.read({
    found: isOfConnections
      ? connectionsAmong(portionOf(recipients.to, event.after))
      : recipientsOf(portionOf(recipients.to, event.after), event.sender_org_id, now, {
          steps,
          countries: ctx.config.sms.countries,
        }),
    words: channelsWithWords(type),
  });
  const windowMs = windowOf(type, event);
  const worded = new Set(words.map(({ channel }) => channel));
  const occasion = { event, type, steps, worded, configured: ctx.channels };
  const plan = planOf({ ...occasion, windowMs, now }, found);
  const conditions = await conditionsOf(event, type, {
    key: recipients.key,
    windowMs,
    mayRecur: mayRecur(recipients.to),
    isThere: (id) => isReceiver(recipients.to, id),
    now,
  });
  const isLast = isNamed(recipients.to) || found.length < PORTION;
  const next: Event = {
    ...event,
    portion_id: ctx.ids.uuid(),
    after: found.at(-1)?.place ?? event.after,
    recipient_count: event.recipient_count + found.length,
    message_count: event.message_count + plan.messages.length,
    skipped: JSON.stringify(sumOf(readSkipped(event.skipped), plan.skipped)),
    status: isLast ? "done" : "running",
    next_at: isLast ? null : now + LEASE_MS,
    recipients: JSON.stringify(withoutIds(recipients)),
    updated_at: now,
  };
  const rows = event.dry_run ? [] : plan.messages.map((message) => dispatchRow(ctx, message));
  const { rows: deferred, giveBack } = await withinQuota(ctx, rows);
  const marked = event.dry_run ? plan.messages.map((message) => dispatchRow(ctx, message)) : deferred;
  try {
    const { after, made } = await ctx.db.write({
      create,
      portion: writePortion({ event, next, plan, rows: deferred, marked, conditions }),
      after: selectWhole(events, sql`id = ${event.id}`),
      // Without conditions all are made.
      made: conditions === null ? [] : [madeAmong(deferred.map(({ id }) => id))],
    });
    const [written] = after;
    const isMine = written?.portion_id === next.portion_id;
    const isMade = conditions === null ? null : new Set(made.map(({ id }) => id));
    giveBack((id) => !isMine || isMade?.has(id) === false);
    if (isMine)
      await wake(ctx, isMade === null ? toWakeOf(deferred) : made.filter(({ is_soon }) => is_soon === 1));
    return { event: written ?? null, isMine };
  } catch (error) {
    giveBack(() => true);
    throw error;
  }
}

/** Finds the channels for which a type's owner, or one who inherits it, has published words: a few look-ups by key. */
function channelsWithWords({ id, org_id, channels }: OwnTypeData): SQL<{ channel: string }> {
  const own = JSON.stringify(channels.map(({ channel }) => channel));
  const isHeir = org_id === SERVICE ? sql`true` : sql`w.org_id IN ${orgTree(org_id)}`;
  return sql<{ channel: string }>`SELECT c.value AS channel FROM json_each(${own}) AS c
    WHERE EXISTS (SELECT 1 FROM ${wordings} AS w
      WHERE w.type = ${id} AND w.channel = c.value AND w.published IS NOT NULL AND ${isHeir})`;
}

/** Finds those of these messages that were made, and whether they are woken now. */
const madeAmong = (ids: readonly string[]): SQL<ToWake & { is_soon: 0 | 1 }> =>
  sql<
    ToWake & { is_soon: 0 | 1 }
  >`SELECT id, channel, lane, due_at AS at, wake_at > due_at AS is_soon FROM ${dispatches}
    WHERE ${inJson(dispatches.id, ids)}`;

/** A type's steps on the channels that the event is for. */
const stepsOf = ({ channels }: OwnTypeData, { channels: only }: Event): OwnTypeData["channels"] => {
  const wanted: unknown = only === null ? null : JSON.parse(only);
  return Array.isArray(wanted) ? channels.filter(({ channel }) => wanted.includes(channel)) : channels;
};

/** How long messages wait for others. An event that is sent later waits for none: its time is its own. */
const windowOf = ({ batch }: OwnTypeData, { send_at, created_at }: Event): number | null =>
  batch === null || (send_at ?? 0) > created_at ? null : batch.window * SECOND;

function sumOf(a: Skipped, b: Skipped): Skipped {
  const sum: Skipped = structuredClone(a);
  for (const [channel, reasons] of Object.entries(b))
    for (const [reason, n] of Object.entries(reasons)) countSkipped(sum, channel, reason, n);
  return sum;
}

/** Who the users were is in their messages. */
const withoutIds = ({ to, key }: Recipients): Recipients => ({
  to: isNamed(to) ? { ...to, ids: [] } : to,
  key,
});

interface Written {
  event: Event;
  next: Event;
  plan: Plan;
  rows: readonly FreshDispatch[];
  /** The same, or in a dry run what they would be. */
  marked: readonly FreshDispatch[];
  conditions: Conditions | null;
}

/**
 * The statements of a portion. All depend upon the portion before being the last, and the last of them ends that: a repeat
 * after a commit does nothing.
 */
function writePortion({ event, next, plan, rows, marked, conditions }: Written): Statement[] {
  const isLatest = sql`id = ${event.id} AND status = 'running' AND portion_id IS ${event.portion_id}`;
  const isMine = sql`EXISTS (SELECT 1 FROM ${events} WHERE ${isLatest})`;
  const marks = conditions === null ? sql`` : marksOf(conditions, marked);
  const outcomes = conditions === null ? null : outcomesOf(conditions, marks, event.dry_run);
  const { to } = readRecipients(event.recipients);
  const hasReceiver = isReceiver(to, sql`value->>'user_id'`);
  const insert =
    conditions === null
      ? insertDispatches(rows, sql`${isMine} AND ${hasReceiver}`)
      : insertDispatches(
          rows,
          sql`${isMine} AND ${hasReceiver} AND ${isWanted(conditions)}`,
          conditions.collecting === null ? {} : { payload: firstPayload(conditions) },
        );
  const made =
    conditions === null || event.dry_run
      ? insert
      : [...takeKeys(conditions, marks, isMine), ...insert, ...collect(conditions, marks, isMine)];
  return [
    ...made,
    ...(event.dry_run || to.kind === "connections"
      ? []
      : withhold(event.type, next.updated_at, plan, outcomes, isMine)),
    sql`UPDATE ${events} SET portion_id = ${next.portion_id}, after = ${next.after},
        recipient_count = ${next.recipient_count}, status = ${next.status}, next_at = ${next.next_at},
        recipients = ${next.recipients}, updated_at = ${next.updated_at}, ${countedBy(next, plan, outcomes)}
      WHERE ${isLatest}`,
  ];
}

function withhold(type: string, now: number, plan: Plan, outcomes: SQL | null, isMine: SQL): Statement[] {
  const planned = JSON.stringify(plan.withheld);
  // A user may have been erased since the facts were read.
  const isThere = sql`EXISTS (SELECT 1 FROM ${users} WHERE id = value->>'user_id')`;
  return [
    ...(plan.withheld.length === 0
      ? []
      : [
          withholdMany(
            type,
            now,
            sql`SELECT value->>'user_id' AS user_id, value->>'channel' AS channel, value->>'reason' AS reason
              FROM json_each(${planned}) WHERE ${isMine} AND ${isThere}`,
          ),
        ]),
    ...(outcomes === null
      ? []
      : [
          withholdMany(
            type,
            now,
            sql`SELECT user_id, channel, outcome AS reason FROM (${outcomes})
              WHERE ${isMine} AND outcome IN ('duplicate', 'throttled')`,
          ),
        ]),
  ];
}

/** Reasons that only the database knows. What was collected is no loss: it is in another message. */
const REASONS = ["duplicate", "collected", "throttled", "unknown_user"] as const;

/** How many messages were made, and why others were not. */
function countedBy(next: Event, plan: Plan, outcomes: SQL | null): SQL {
  if (outcomes === null) return sql`message_count = ${next.message_count}, skipped = ${next.skipped}`;
  const before = next.message_count - plan.messages.length;
  const skipped = readSkipped(next.skipped);
  const channels = [...new Set(plan.messages.map(({ channel }) => channel))];
  for (const channel of channels) skipped[channel] ??= {};
  const counts = channels.flatMap((channel) =>
    REASONS.map(
      (reason) => sql`${`$.${channel}.${reason}`}, ${skipped[channel]?.[reason] ?? 0}
        + coalesce((SELECT n FROM o WHERE channel = ${channel} AND outcome = ${reason}), 0)`,
    ),
  );
  const text = JSON.stringify(skipped);
  const all = counts.length === 0 ? sql`${text}` : sql`json_set(${text}, ${sql.join(counts, sql`, `)})`;
  return sql`(message_count, skipped) = (WITH o AS MATERIALIZED
      (SELECT channel, outcome, count(*) AS n FROM (${outcomes}) GROUP BY channel, outcome)
    SELECT ${before} + coalesce((SELECT sum(n) FROM o WHERE outcome = 'made'), 0), ${all})`;
}
