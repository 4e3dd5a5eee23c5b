import { type SQL, sql } from "drizzle-orm";
import { leftSender } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { dedupeKeys, dispatches, events } from "../db/schema/index.ts";
import type { Statement } from "../db/statement.ts";
import { byMessage } from "../outbox/by-message.ts";
import { idAt, REACHED_BEFORE, STEPS_WITHIN_MS } from "../outbox/chain.ts";
import type { ChannelTraits } from "../outbox/channel.ts";
import { fallbackKey } from "../outbox/dedupe-keys.ts";
import { appended, begunWith } from "../outbox/timeline.ts";
import { MAX_AGE_MS } from "../outbox/timing.ts";

/** What is copied from a dispatch to the one that follows it on another channel. */
const COPIED = [
  "type",
  "org_id",
  "sender_org_id",
  "user_id",
  "batch_id",
  "title",
  "body",
  "data",
  "options",
  "payload",
  "grant_id",
  "match_id",
  "scenario_id",
  "prompt_id",
  "expires_at",
];
const copiedTo = sql.raw(COPIED.join(", "));
const copiedFrom = sql.raw(COPIED.map((column) => `d.${column}`).join(", "));

/** A dispatch that may have failed: its id, or its provider's id of the message. */
export interface Reference {
  id: string | null;
  message: string | null;
}

/** The statements by which others follow, to be written after what has failed. */
interface Followers {
  statements: Statement[];
  /** Of the followers that will have been made. */
  ids: string[];
}

/** The same for dispatches by their ids. */
export const follow = (ctx: Ctx, ids: readonly string[]): Followers =>
  followReferences(
    ctx,
    ids.map((id) => ({ id, message: null })),
  );

/**
 * Statements for the batch in which dispatches fail, bounce, or have not reached their users in time. Each of them that has
 * indeed, and names a fallback, gets a follower on that channel: once, which its dedupe key ensures, and not when it has expired
 * or its sender may no longer send it. The follower has the same content, and the rest of the chain. On every channel it is
 * queued: whether its user wants it there, and still needs it, is decided when it is sent. What had been left out because a
 * failed one seemed to have reached the user is queued again.
 */
export function followReferences(ctx: Ctx, references: readonly Reference[]): Followers {
  if (references.length === 0) return { statements: [], ids: [] };
  const now = ctx.clock.now();
  const followers = references.map(({ id, message }) => ({ from: id, message, id: ctx.ids.uuid() }));
  const pairs = JSON.stringify(followers);
  const channels = [...ctx.channels.values()];
  const following = channels.filter(({ canFollow }) => canFollow);
  const queue = queueOf(following, "queue", sql`d.fallback`);
  // What came by its channel's queue for bulk work goes on by the other channel's.
  const isBulk = sql`d.lane = ${queueOf(channels, "bulkQueue", sql`d.channel`)}`;
  const from = references.every(({ id }) => id !== null)
    ? sql`f.value->>'from'`
    : sql`coalesce(f.value->>'from', ${byMessage(sql`f.value->>'message'`)})`;
  const due = sql`d.id = ${from} AND (${hasFailed(now)} OR ${isUnread(ctx, sql`d`, now)}) AND ${queue} IS NOT NULL
    AND (d.expires_at IS NULL OR d.expires_at > ${now})
    AND NOT ${leftSender({ userId: sql`d.user_id`, senderOrgId: sql`d.sender_org_id` })}`;
  const after = sql`d.chain ->> '$[1].after'`;
  const isUntimely = sql`d.status = 'delivered'`;
  const entry = (more: SQL) => sql`json_object('did', 'follows', 'at', ${now}, 'dispatch', d.id${more})`;
  const dedupeKey = sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
    SELECT ${fallbackKey(sql`d.id`)}, f.value->>'id' FROM json_each(${pairs}) AS f CROSS JOIN ${dispatches} AS d ON ${due}
    WHERE true ON CONFLICT DO NOTHING`;
  const follower = sql`INSERT INTO ${dispatches} (id, channel, lane, status, ${copiedTo}, follows, fallback, chain, follow_at,
      targets, delivered_count, failed_count, attempts, claims, due_at, wake_at, created_at, updated_at, timeline)
    SELECT o.dispatch_id, d.fallback,
      iif(${isBulk}, ${queueOf(following, "bulkQueue", sql`d.fallback`)}, ${queue}), 'queued', ${copiedFrom}, d.id, d.chain ->> '$[1].channel',
      CASE WHEN json_array_length(d.chain) > 2 OR ${after} IS NOT NULL THEN json_remove(d.chain, '$[0]') END,
      ${now} + 1000 * (${after}),
      0, 0, 0, 0, 0, ${now}, ${now + ctx.config.sweepAfterMs}, ${now}, ${now},
      ${begunWith(sql`iif(${isUntimely}, ${entry(sql`, 'why', 'unread'`)}, ${entry(sql``)})`)}
    FROM json_each(${pairs}) AS f
    CROSS JOIN ${dispatches} AS d ON ${due}
    JOIN ${dedupeKeys} AS o ON o.key = ${fallbackKey(sql`d.id`)} AND o.dispatch_id = f.value->>'id'
    WHERE true ON CONFLICT DO NOTHING`;
  return {
    statements: [dedupeKey, follower, reopen(ctx, pairs, from)],
    ids: followers.map((follower) => follower.id),
  };
}

/** The queue of a channel that a column names. */
const queueOf = (of: readonly ChannelTraits[], name: "queue" | "bulkQueue", column: SQL): SQL =>
  sql`(${JSON.stringify(Object.fromEntries(of.map((traits) => [traits.channel, traits[name]])))} ->> ${column})`;

/**
 * A bounce that comes later than this starts nothing: what the message said is old by then. One that comes while the message is
 * still claimed is not late: when it was sent is written after that.
 */
const hasFailed = (now: number): SQL => sql`(d.status = 'failed' OR (d.status = 'bounced'
  AND (d.claim_id IS NOT NULL OR d.sent_at IS NULL OR d.sent_at > ${now - MAX_AGE_MS})))`;

/** Whether a dispatch lies in its user's inbox, unread for so long that its fallback follows. */
const isUnread = ({ channels }: Pick<Ctx, "channels">, d: SQL, now: number): SQL => {
  const inboxes = [...channels.values()].flatMap(({ channel, announce }) =>
    announce === null ? [] : [channel],
  );
  return sql`(${d}.status = 'delivered' AND ${d}.follow_at <= ${now} AND ${d}.read_at IS NULL
    AND ${d}.archived_at IS NULL AND ${d}.channel IN ${inboxes})`;
};

/**
 * Queues again what was left out because a dispatch had reached the user, which has failed after all: the later steps of its
 * event, and its follower. When they are claimed they ask anew. The sweep wakes them.
 */
function reopen(ctx: Ctx, pairs: string, from: SQL): Statement {
  const now = ctx.clock.now();
  const failed = sql`json_each(${pairs}) AS f CROSS JOIN ${dispatches} AS d ON d.id = ${from} AND ${hasFailed(now)}`;
  const steps = sql`SELECT s.id FROM ${failed}
    CROSS JOIN ${events} AS e ON e.id = d.batch_id AND e.status <> 'cancelled'
    CROSS JOIN json_each(${JSON.stringify([...ctx.channels.keys()])}) AS c
    CROSS JOIN ${dispatches} AS s ON s.user_id = d.user_id AND s.channel = c.value AND +s.batch_id = d.batch_id
      AND s.id > d.id AND s.id < ${idAt(sql`d.created_at + ${STEPS_WITHIN_MS}`)}`;
  const follower = sql`SELECT o.dispatch_id FROM ${failed}
    CROSS JOIN ${dedupeKeys} AS o ON d.fallback IS NOT NULL AND o.key = ${fallbackKey(sql`d.id`)}`;
  return sql`UPDATE ${dispatches} SET status = 'queued', error_code = NULL, error = NULL, claims = 0,
      due_at = ${now}, wake_at = ${now}, updated_at = ${now},
      timeline = ${appended({ did: "retried", at: now, code: REACHED_BEFORE.code })}
    WHERE id IN (${steps} UNION ALL ${follower}) AND status = 'cancelled' AND error_code = ${REACHED_BEFORE.code}
      AND (expires_at IS NULL OR expires_at > ${now})`;
}
