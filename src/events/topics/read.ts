import { sql } from "drizzle-orm";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { topics } from "../../db/schema/index.ts";
import { notFound } from "../../lib/failure.ts";
import { inheritedBy, rankedLineOf } from "../../types/find.ts";
import { isOwner } from "../../preferences/owner.ts";
import type { Topic, TopicKey } from "./topic.ts";

/** Reads a topic that an organization has or inherits. One round trip. @throws 404 */
export async function readTopic(ctx: Ctx, scope: Scope, { owner, id }: TopicKey): Promise<Topic> {
  const {
    allowed,
    found: [topic],
  } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    found: sql<Topic>`SELECT t.org_id, t.id, t.name, t.created_at, t.updated_at FROM ${rankedLineOf(owner)} AS line
      CROSS JOIN ${topics} AS t ON t.org_id = line.id AND t.id = ${id} ORDER BY line.distance LIMIT 1`,
  });
  if (allowed.length === 0) throw notFound("organization");
  if (topic === undefined) throw notFound("topic");
  return topic;
}

/**
 * A page of the topics that an organization has or inherits, by id, and one row beyond it. One round trip.
 * @param after the last id of the page before @throws 404
 */
export async function listTopics(
  ctx: Ctx,
  scope: Scope,
  owner: string,
  { after, limit }: { after: string; limit: number },
): Promise<Topic[]> {
  const { allowed, rows } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    rows: sql<Topic>`SELECT t.org_id, t.id, t.name, t.created_at, t.updated_at
      FROM ${inheritedBy(topics, owner, after, limit + 1)} AS page
      CROSS JOIN ${topics} AS t ON t.org_id = page.org_id AND t.id = page.id ORDER BY page.id`,
  });
  if (allowed.length === 0) throw notFound("organization");
  return rows;
}
