import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { type WebhookEndpoint, webhookEndpoints } from "../../db/schema/index.ts";
import type { Statement } from "../../db/statement.ts";
import { DAY } from "../../lib/clock.ts";

/** An endpoint that has only failed for so long is disabled. */
const FAILING_MS = 5 * DAY;

/** What a round has shown of an endpoint. */
export type Shown = "works" | "fails" | "gone";

/**
 * Records what a round has shown of its endpoints, if that is news: since when one fails, that it works again, or that it is
 * disabled. One round trip, none where nothing has changed. It may be repeated, and what is lost is seen again by the next
 * attempt.
 */
export async function recordStanding(ctx: Ctx, shown: ReadonlyMap<WebhookEndpoint, Shown>): Promise<void> {
  const now = ctx.clock.now();
  const news = [...shown].filter(([endpoint, how]) => isNews(endpoint, how, now));
  if (news.length === 0) return;
  try {
    await ctx.db.write({
      standing: standingOf(
        news.map(([{ id }, how]) => ({ id, how })),
        now,
      ),
    });
  } catch (error) {
    ctx.log.error("webhook_standing_failed", error, { endpoints: news.length });
  }
}

const isNews = ({ failing_since, enabled }: WebhookEndpoint, how: Shown, now: number): boolean => {
  if (how === "works") return failing_since !== null;
  if (how === "gone") return enabled;
  return failing_since === null || (enabled && failing_since <= now - FAILING_MS);
};

function standingOf(news: readonly { id: string; how: Shown }[], now: number): Statement {
  const hasFailedLong = sql`(v.how = 'fails' AND coalesce(failing_since, ${now}) <= ${now - FAILING_MS})`;
  const ends = sql`(enabled = 1 AND (v.how = 'gone' OR ${hasFailedLong}))`;
  return sql`UPDATE ${webhookEndpoints} SET
      failing_since = iif(v.how = 'works', NULL, coalesce(failing_since, ${now})),
      disabled_reason = CASE WHEN NOT ${ends} THEN disabled_reason WHEN v.how = 'gone' THEN 'gone' ELSE 'failing' END,
      disabled_at = iif(${ends}, ${now}, disabled_at), updated_at = iif(${ends}, ${now}, updated_at),
      enabled = iif(${ends}, 0, enabled)
    FROM (SELECT value->>'id' AS id, value->>'how' AS how FROM json_each(${JSON.stringify(news)})) AS v
    WHERE ${webhookEndpoints}.id = v.id`;
}
