import { sql } from "drizzle-orm";
import { inScope, type Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { dispatches, webhookEndpoints } from "../../db/schema/index.ts";
import { CHANNEL } from "./channel.ts";
import { recipientOf } from "./endpoint.ts";

/** What an endpoint has been sent lately. */
export interface Traffic {
  /** When it last took a webhook, epoch ms; null: none of those that are kept. */
  lastSuccessAt: number | null;
  /** How many wait for it, or are being sent: counted up to `MOST_COUNTED`. */
  waiting: number;
}

export const NO_TRAFFIC: Traffic = { lastSuccessAt: null, waiting: 0 };

/** Of more webhooks that wait it is only said that there are more. */
export const MOST_COUNTED = 1_000;

/** The newest that were taken, which are looked at: one that was sent again was taken later than newer ones. */
const LOOKED_AT = 50;

/** The traffic of endpoints that the caller may see, by their ids. One round trip. */
export async function readTraffic(
  ctx: Ctx,
  scope: Scope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Traffic>> {
  // Not a parameter: SQLite must see that the index has these rows.
  const of = sql`channel = ${sql.raw(`'${CHANNEL}'`)} AND user_id = ${recipientOf("")} || e.id`;
  const { rows } = await ctx.db.read({
    rows: sql<{ id: string; taken_at: number | null; waiting: number }>`SELECT e.id,
        (SELECT max(updated_at) FROM (SELECT updated_at FROM ${dispatches} INDEXED BY dispatches_of_endpoint
          WHERE ${of} AND status = 'sent' ORDER BY id DESC LIMIT ${LOOKED_AT})) AS taken_at,
        (SELECT count(*) FROM (SELECT 1 FROM ${dispatches} INDEXED BY dispatches_of_endpoint
          WHERE ${of} AND status IN ('queued', 'sending') LIMIT ${MOST_COUNTED + 1})) AS waiting
      FROM ${webhookEndpoints} AS e
      WHERE ${inJson(sql`e.id`, ids)} AND ${inScope(scope, { userId: sql`NULL`, orgId: sql`e.org_id` })}`,
  });
  return new Map(
    rows.map(({ id, taken_at, waiting }) => [id, { lastSuccessAt: taken_at, waiting }] as const),
  );
}
