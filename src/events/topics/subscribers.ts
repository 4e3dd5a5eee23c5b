import { type SQL, sql } from "drizzle-orm";
import { audit, type Author } from "../../audit/audit.ts";
import { inScope, type Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { auditLog, topics, topicSubscribers, users } from "../../db/schema/index.ts";
import { notFound } from "../../lib/failure.ts";
import { mayOwn } from "../../preferences/owner.ts";
import type { TopicKey } from "./topic.ts";

/** Finds the UUID of the topic if the caller may change it. */
const ownTopic = (scope: Scope, { owner, id }: TopicKey): SQL<{ uuid: string }> =>
  sql<{
    uuid: string;
  }>`SELECT uuid FROM ${topics} WHERE org_id = ${owner} AND id = ${id} AND ${mayOwn(scope, owner)}`;

/** An entry whose detail is how many rows a change is about to write; none is written for none. It survives a repeat. */
function counted(ctx: Ctx, author: Author, action: string, { owner, id }: TopicKey, rows: SQL) {
  const entry = { id: ctx.ids.uuid(), action, target: `${owner}/${id}`, ...author };
  const detail = sql`(SELECT json_object('users', count(*)) FROM (${rows}))`;
  return {
    entry: audit({ ...entry, detail }, sql`EXISTS (${rows})`),
    count: sql<{ n: number }>`SELECT detail->>'users' AS n FROM ${auditLog} WHERE id = ${entry.id}`,
  };
}

/**
 * Subscribes users to a topic. One round trip.
 * @returns how many are new, and which ids are of no user within the caller's scope @throws 404
 */
export async function subscribe(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  key: TopicKey,
  ids: readonly string[],
): Promise<{ added: number; unknown: string[] }> {
  const given = sql`json_each(${JSON.stringify([...new Set(ids)])})`;
  const known = sql`SELECT u.id AS id FROM ${given} AS given CROSS JOIN ${users} AS u ON u.id = given.value
    WHERE ${inScope(scope, { userId: sql`u.id`, orgId: sql`u.org_id` })}`;
  const fresh = sql`SELECT t.uuid, known.id FROM (${ownTopic(scope, key)}) AS t CROSS JOIN (${known}) AS known
    WHERE NOT EXISTS (SELECT 1 FROM ${topicSubscribers} AS s WHERE s.topic = t.uuid AND s.user_id = known.id)`;
  const { entry, count } = counted(ctx, author, "topic.subscribe", key, fresh);
  const found = await ctx.db.write({
    topic: ownTopic(scope, key),
    entry,
    subscribed: sql`INSERT INTO ${topicSubscribers} (topic, user_id) ${fresh} ON CONFLICT DO NOTHING`,
    count,
    known: sql<{ id: string }>`${known}`,
  });
  if (found.topic.length === 0) throw notFound("topic");
  const seen = new Set(found.known.map(({ id }) => id));
  return { added: found.count[0]?.n ?? 0, unknown: [...new Set(ids)].filter((id) => !seen.has(id)) };
}

/** Ends the subscriptions of users. One round trip. @returns how many there were @throws 404 */
export async function unsubscribe(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  key: TopicKey,
  ids: readonly string[],
): Promise<number> {
  const given = sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(ids)])}))`;
  const topic = sql`(${ownTopic(scope, key)})`;
  const there = sql`SELECT 1 FROM ${topicSubscribers} WHERE topic = ${topic} AND user_id IN ${given}`;
  const { entry, count } = counted(ctx, author, "topic.unsubscribe", key, there);
  const found = await ctx.db.write({
    topic: ownTopic(scope, key),
    entry,
    ended: sql`DELETE FROM ${topicSubscribers} WHERE topic = ${topic} AND user_id IN ${given}`,
    count,
  });
  if (found.topic.length === 0) throw notFound("topic");
  return found.count[0]?.n ?? 0;
}

/**
 * A page of a topic's subscribers, by ascending id, and one beyond it. An org_admin sees those who are in scope today. One
 * round trip. @param page `userId`: that user alone, if subscribed @throws 404
 */
export async function listSubscribers(
  ctx: Ctx,
  scope: Scope,
  key: TopicKey,
  page: { userId: string | undefined; after: string; limit: number },
): Promise<string[]> {
  const { userId, after, limit } = page;
  const asked = userId === undefined ? sql`s.user_id > ${after}` : sql`s.user_id = ${userId}`;
  const { topic, rows } = await ctx.db.read({
    topic: ownTopic(scope, key),
    rows: sql<{ id: string }>`SELECT s.user_id AS id FROM ${topicSubscribers} AS s
      ${scope.kind === "all" ? sql`` : sql`CROSS JOIN ${users} AS u ON u.id = s.user_id`}
      WHERE s.topic = (${ownTopic(scope, key)}) AND ${asked}
        AND ${scope.kind === "all" ? sql`true` : inScope(scope, { userId: sql`u.id`, orgId: sql`u.org_id` })}
      ORDER BY s.user_id LIMIT ${limit + 1}`,
  });
  if (topic.length === 0) throw notFound("topic");
  return rows.map(({ id }) => id);
}
