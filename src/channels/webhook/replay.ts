import { type SQL, sql } from "drizzle-orm";
import { audit, type Author, CHANGED, isAudited } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { type Dispatch, dispatches, webhookEndpoints } from "../../db/schema/index.ts";
import { HOUR } from "../../lib/clock.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { triggeredKeptMs } from "../../log/retention.ts";
import { appended } from "../../outbox/timeline.ts";
import { asUser, reserveSlot } from "../../rate-limit/budgets.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { ownEndpoint } from "./endpoint.ts";
import { missingEndpoint, readEndpoint } from "./endpoints.ts";
import { findMessage, findsEndpoint, ofEndpoint } from "./messages.ts";

/** The most webhooks that one call sends again. */
export const MAX_REPLAYED = 1_000;

/** Calls of an owner that send many again: as many webhooks in an hour as an endpoint can take by its pace, about. */
const REPLAYS: Budget = { name: "webhook_replay", limit: 60, periodMs: HOUR };
/** Calls of an owner that send one again. */
const SINGLE_REPLAYS: Budget = { name: "webhook_replay_one", limit: 600, periodMs: HOUR };

/** What is set when a webhook is sent again, with all its attempts. The end of the write wakes it (`wake_at` is 0). */
function queuedAgain(now: number, by: string): SQL {
  return sql`status = 'queued', attempts = 0, claims = 0, error_code = NULL, error = NULL, scheduled_at = ${now},
    slot_at = ${now}, due_at = ${now}, wake_at = 0, updated_at = ${now},
    timeline = ${appended({ did: "retried", at: now, by })}`;
}

const IS_FINISHED = sql`status IN ('sent', 'failed', 'cancelled')`;

/** The first id of what can still be sent again: nothing outlives the time for which webhooks are kept. */
const firstKept = (ctx: Ctx): string => firstIdAt(ctx.clock.now() - triggeredKeptMs(ctx));

/** Takes a place in the endpoint's owner's budget. @throws 404; 429 */
async function reserveReplay(ctx: Ctx, budget: Budget, scope: Scope, endpointId: string) {
  const { org_id } = await readEndpoint(ctx, scope, endpointId);
  return reserveSlot(ctx, budget, { id: ctx.ids.uuid(), user_id: asUser(org_id) });
}

/**
 * Sends a webhook again, under its own id. Two round trips.
 * @throws 404; 409 while it is not finished, or while its endpoint is disabled, or a week after what it tells of; 429
 */
export async function replayOne(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  endpointId: string,
  id: string,
): Promise<Dispatch> {
  const now = ctx.clock.now();
  const entry = { id: ctx.ids.uuid(), action: "webhook.replay", target: id, ...author };
  await using slot = await reserveReplay(ctx, SINGLE_REPLAYS, scope, endpointId);
  const { endpoint, noted, found } = await ctx.db.write({
    endpoint: findsEndpoint(scope, endpointId),
    again: sql`UPDATE ${dispatches} SET ${queuedAgain(now, author.actor)}
      WHERE id = ${id} AND id >= ${firstKept(ctx)} AND ${ofEndpoint(endpointId)} AND ${IS_FINISHED} AND ${isEnabled(scope, endpointId)}`,
    audit: audit(entry, CHANGED),
    noted: isAudited(entry.id),
    found: findMessage(endpointId, id),
  });
  const [message] = found;
  if (endpoint.length === 0 || message === undefined) throw notFound("webhook");
  if (noted.length > 0) {
    slot?.keep();
    return message;
  }
  refuseDisabled(endpoint);
  if (id < firstKept(ctx))
    throw new Failure("conflict", "It is too old: webhooks can be sent again for a week.", {
      code: "too_old",
    });
  throw new Failure("conflict", `Only what is finished can be sent again; it is ${message.status}.`, {
    code: "not_finished",
  });
}

const isEnabled = (scope: Scope, endpointId: string): SQL =>
  sql`(SELECT count(*) FROM ${webhookEndpoints} WHERE ${ownEndpoint(scope, endpointId)} AND enabled = 1) = 1`;

function refuseDisabled([endpoint]: readonly { enabled: 0 | 1 }[]): void {
  if (endpoint?.enabled === 0)
    throw new Failure("conflict", "The endpoint is disabled; enable it first.", {
      code: "endpoint_disabled",
    });
}

/** Which webhooks are sent again. */
export interface Replay {
  /** Of things that happened from this time on, and before that one, epoch ms. */
  since: number;
  until: number | undefined;
  /** The last id of the call before; `""`: none. */
  after: string;
  /** Also those that the receiver has taken. */
  withSent: boolean;
}

/**
 * Sends an endpoint's webhooks again that were not taken: up to 1,000, the oldest first. Two round trips.
 * @returns how many were looked at, and the last of them where there may be more
 * @throws 404; 409 while the endpoint is disabled; 429 after 60 calls an hour of one owner
 */
export async function replaySince(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  endpointId: string,
  { since, until, after, withSent }: Replay,
): Promise<{ replayed: number; next: string | null }> {
  const now = ctx.clock.now();
  const statuses = withSent ? ["failed", "cancelled", "sent"] : ["failed", "cancelled"];
  const begin = [after, firstIdAt(since), firstKept(ctx)].reduce((a, b) => (a > b ? a : b));
  // Each status gives its oldest: what is sorted does not grow with what there is.
  const some = sql`SELECT d.id FROM json_each(${JSON.stringify(statuses)}) AS s CROSS JOIN ${dispatches} AS d ON d.id IN (
      SELECT id FROM ${dispatches} WHERE ${ofEndpoint(endpointId)} AND status = s.value AND id > ${begin}
        AND id < ${firstIdAt(until ?? now + 1)} ORDER BY id LIMIT ${MAX_REPLAYED})
    ORDER BY d.id LIMIT ${MAX_REPLAYED}`;
  await using slot = await reserveReplay(ctx, REPLAYS, scope, endpointId);
  const { endpoint, taken } = await ctx.db.write({
    endpoint: findsEndpoint(scope, endpointId),
    taken: sql<{ id: string }>`${some}`,
    again: sql`UPDATE ${dispatches} SET ${queuedAgain(now, author.actor)}
      WHERE id IN (${some}) AND ${isEnabled(scope, endpointId)}`,
    audit: audit(
      { id: ctx.ids.uuid(), action: "webhook.replay_since", target: endpointId, ...author },
      CHANGED,
    ),
  });
  if (endpoint.length === 0) throw missingEndpoint();
  refuseDisabled(endpoint);
  slot?.keep();
  const last = taken.at(-1)?.id ?? null;
  return { replayed: taken.length, next: taken.length < MAX_REPLAYED ? null : last };
}
