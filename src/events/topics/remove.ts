import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED, isAudited } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import { topics, topicSubscribers } from "../../db/schema/index.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { mayOwn } from "../../preferences/owner.ts";
import type { TopicKey } from "./topic.ts";

/** The most subscriptions that one batch deletes. */
const PORTION = 5_000;
/** Portions of one call. */
const MOST_PORTIONS = 40;

/**
 * Deletes a topic after its subscriptions. One round trip for up to 5,000 of them, another for each further 5,000.
 * @throws 404; 503 when one call could not delete all subscriptions: repeat it
 */
export async function removeTopic(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  { owner, id }: TopicKey,
): Promise<void> {
  const entry = { id: ctx.ids.uuid(), action: "topic.delete", target: `${owner}/${id}`, ...author };
  const own = sql`org_id = ${owner} AND id = ${id} AND ${mayOwn(scope, owner)}`;
  const topic = sql`(SELECT uuid FROM ${topics} WHERE ${own})`;
  const batch = {
    subscribers: sql`DELETE FROM ${topicSubscribers} WHERE topic = ${topic}
      AND user_id IN (SELECT user_id FROM ${topicSubscribers} WHERE topic = ${topic} LIMIT ${PORTION})`,
    topic: sql`DELETE FROM ${topics} WHERE ${own}
      AND NOT EXISTS (SELECT 1 FROM ${topicSubscribers} WHERE topic = ${topics}.uuid)`,
    audit: audit(entry, CHANGED),
    left: sql`SELECT 1 FROM ${topics} WHERE ${own}`,
    noted: isAudited(entry.id),
  };
  let isNoted = false;
  const { isFinished } = await inPortions(ctx.db, MOST_PORTIONS, async () => {
    const { left, noted } = await ctx.db.write(batch);
    isNoted = noted.length > 0;
    return { done: 1, isLast: left.length === 0 };
  });
  if (!isFinished)
    throw new Failure(
      "unavailable",
      "Many subscriptions are deleted, but not all yet. Send the request again.",
      {
        headers: { "retry-after": "1" },
      },
    );
  if (!isNoted) throw notFound("topic");
}
