import { type SQL, sql } from "drizzle-orm";
import { leftSender } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { dedupeKeys, dispatches } from "../db/schema/index.ts";
import type { Statement } from "../db/statement.ts";
import type { ChannelTraits } from "../outbox/channel.ts";
import { fallbackKey } from "../outbox/dedupe-keys.ts";
import { begunWith } from "../outbox/timeline.ts";

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
  "payload",
  "grant_id",
  "match_id",
  "scenario_id",
  "prompt_id",
  "expires_at",
];
const copiedTo = sql.raw(COPIED.join(", "));
const copiedFrom = sql.raw(COPIED.map((column) => `d.${column}`).join(", "));

/**
 * Statements for the batch that fails `ids`. Each of them that has indeed failed and names a fallback gets a follower on
 * that channel: once, which its dedupe key ensures, and not when it has expired or its sender may no longer send it. The
 * follower has the same content and no fallback of its own. On every channel it is queued, because its user may not want it
 * there, and that is decided when it is sent.
 */
export function follow(ctx: Ctx, ids: readonly string[]): { statements: Statement[]; ids: string[] } {
  if (ids.length === 0) return { statements: [], ids: [] };
  const now = ctx.clock.now();
  const followers = ids.map((from) => ({ from, id: ctx.ids.uuid() }));
  const pairs = JSON.stringify(followers);
  const channels = [...ctx.channels.values()];
  const following = channels.filter(({ canFollow }) => canFollow);
  const queueOf = (of: readonly ChannelTraits[], name: "queue" | "bulkQueue", column: SQL) =>
    sql`(${JSON.stringify(Object.fromEntries(of.map((traits) => [traits.channel, traits[name]])))} ->> ${column})`;
  const queue = queueOf(following, "queue", sql`d.fallback`);
  // What came by its channel's queue for bulk work goes on by the other channel's.
  const isBulk = sql`d.lane = ${queueOf(channels, "bulkQueue", sql`d.channel`)}`;
  const due = sql`d.id = f.value->>'from' AND d.status = 'failed' AND ${queue} IS NOT NULL
    AND (d.expires_at IS NULL OR d.expires_at > ${now})
    AND NOT ${leftSender({ userId: sql`d.user_id`, senderOrgId: sql`d.sender_org_id` })}`;
  const dedupeKey = sql`INSERT INTO ${dedupeKeys} (key, dispatch_id)
    SELECT ${fallbackKey(sql`d.id`)}, f.value->>'id' FROM json_each(${pairs}) AS f JOIN ${dispatches} AS d ON ${due}
    WHERE true ON CONFLICT DO NOTHING`;
  const follower = sql`INSERT INTO ${dispatches} (id, channel, lane, status, ${copiedTo},
      targets, delivered_count, failed_count, attempts, claims, due_at, wake_at, created_at, updated_at, timeline)
    SELECT o.dispatch_id, d.fallback,
      iif(${isBulk}, ${queueOf(following, "bulkQueue", sql`d.fallback`)}, ${queue}), 'queued', ${copiedFrom},
      0, 0, 0, 0, 0, ${now}, ${now + ctx.config.sweepAfterMs}, ${now}, ${now},
      ${begunWith(sql`json_object('did', 'follows', 'at', ${now}, 'dispatch', d.id)`)}
    FROM json_each(${pairs}) AS f
    JOIN ${dispatches} AS d ON ${due}
    JOIN ${dedupeKeys} AS o ON o.key = ${fallbackKey(sql`d.id`)} AND o.dispatch_id = f.value->>'id'
    WHERE true ON CONFLICT DO NOTHING`;
  return {
    statements: [dedupeKey, follower],
    ids: followers.map((follower) => follower.id),
  };
}
