import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { topics } from "../../db/schema/index.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { isOwner, mayOwn } from "../../preferences/owner.ts";
import { selectTopic, type Topic, type TopicKey } from "./topic.ts";

/** The most topics that an owner may have. */
export const MAX_TOPICS = 10_000;

/**
 * Creates or renames a topic. One round trip.
 * @throws 404 for an organization outside the caller's scope; 409 `too_many_topics`
 */
export async function putTopic(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  key: TopicKey,
  name: string | null,
): Promise<{ topic: Topic; created: boolean }> {
  const { id, owner } = key;
  const now = ctx.clock.now();
  const exists = sql`EXISTS (SELECT 1 FROM ${topics} WHERE org_id = ${owner} AND id = ${id})`;
  const full = sql`NOT ${exists} AND (SELECT count(*) FROM ${topics} WHERE org_id = ${owner}) >= ${MAX_TOPICS}`;
  const found = await ctx.db.write({
    allowed: isOwner(scope, owner),
    before: sql`SELECT 1 WHERE ${exists}`,
    written: sql`INSERT INTO ${topics} (org_id, id, uuid, name, created_at, updated_at)
      SELECT ${owner}, ${id}, ${ctx.ids.uuid()}, ${name}, ${now}, ${now}
      WHERE ${mayOwn(scope, owner)} AND NOT (${full})
      ON CONFLICT (org_id, id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at
        WHERE ${topics}.name IS NOT excluded.name`,
    noted: audit({ id: ctx.ids.uuid(), action: "topic.put", target: `${owner}/${id}`, ...author }, CHANGED),
    stored: selectTopic(key),
  });
  if (found.allowed.length === 0) throw notFound("organization");
  const [topic] = found.stored;
  // Nothing else keeps it from being written. The count is not read a second time.
  if (topic === undefined)
    throw new Failure("conflict", `There are ${MAX_TOPICS} topics already; delete one first.`, {
      code: "too_many_topics",
    });
  return { topic, created: found.before.length === 0 };
}
