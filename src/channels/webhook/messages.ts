import { type SQL, sql } from "drizzle-orm";
import { audit, type Author, CHANGED, isAudited } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { type Dispatch, dispatches, type DispatchStatus, webhookEndpoints } from "../../db/schema/index.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { appended } from "../../outbox/timeline.ts";
import { CHANNEL } from "./channel.ts";
import { ownEndpoint, recipientOf, selectEndpoints } from "./endpoint.ts";
import { TEST_TYPE } from "./events.ts";

/** The most webhooks that one call sends again. */
export const MAX_REPLAYED = 1_000;

const missing = () => notFound("webhook endpoint");

const findsEndpoint = (scope: Scope, id: string): SQL<{ enabled: 0 | 1 }> =>
  sql<{ enabled: 0 | 1 }>`SELECT enabled FROM ${webhookEndpoints} WHERE ${ownEndpoint(scope, id)}`;

/** The condition that a dispatch is a webhook of this endpoint. */
const ofEndpoint = (endpointId: string): SQL =>
  sql`channel = ${CHANNEL} AND user_id = ${recipientOf(endpointId)}`;

export interface MessageFilter {
  status: DispatchStatus | undefined;
  /** The last id of the page before; `""`: none. */
  before: string;
  limit: number;
}

/** A page of an endpoint's webhooks, newest first, and one beyond it. One round trip. @throws 404 */
export async function listMessages(
  ctx: Ctx,
  scope: Scope,
  endpointId: string,
  { status, before, limit }: MessageFilter,
): Promise<Dispatch[]> {
  const isOf = status === undefined ? sql`true` : sql`status = ${status}`;
  const isNext = before === "" ? sql`true` : sql`id < ${before}`;
  const { endpoint, rows } = await ctx.db.read({
    endpoint: findsEndpoint(scope, endpointId),
    rows: sql<Dispatch>`SELECT * FROM ${dispatches} WHERE ${ofEndpoint(endpointId)} AND ${isOf} AND ${isNext}
      ORDER BY id DESC LIMIT ${limit + 1}`,
  });
  if (endpoint.length === 0) throw missing();
  return rows;
}

const findMessage = (endpointId: string, id: string): SQL<Dispatch> =>
  sql<Dispatch>`SELECT * FROM ${dispatches} WHERE id = ${id} AND ${ofEndpoint(endpointId)}`;

/** One webhook. One round trip. @throws 404 */
export async function readMessage(ctx: Ctx, scope: Scope, endpointId: string, id: string): Promise<Dispatch> {
  const { endpoint, found } = await ctx.db.read({
    endpoint: findsEndpoint(scope, endpointId),
    found: findMessage(endpointId, id),
  });
  const [message] = found;
  if (endpoint.length === 0 || message === undefined) throw notFound("webhook");
  return message;
}

/** What is set when a webhook is sent again, with all its attempts. The end of the write wakes it (`wake_at` is 0). */
function queuedAgain(now: number, by: string): SQL {
  return sql`status = 'queued', attempts = 0, claims = 0, error_code = NULL, error = NULL, scheduled_at = ${now},
    slot_at = ${now}, due_at = ${now}, wake_at = 0, updated_at = ${now},
    timeline = ${appended({ did: "retried", at: now, by })}`;
}

const IS_FINISHED = sql`status IN ('sent', 'failed', 'cancelled')`;

/**
 * Sends a webhook again, under its own id. One round trip.
 * @throws 404; 409 while it is not finished, or while its endpoint is disabled
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
  const { endpoint, noted, found } = await ctx.db.write({
    endpoint: findsEndpoint(scope, endpointId),
    again: sql`UPDATE ${dispatches} SET ${queuedAgain(now, author.actor)}
      WHERE id = ${id} AND ${ofEndpoint(endpointId)} AND ${IS_FINISHED} AND ${isEnabled(scope, endpointId)}`,
    audit: audit(entry, CHANGED),
    noted: isAudited(entry.id),
    found: findMessage(endpointId, id),
  });
  const [message] = found;
  if (endpoint.length === 0 || message === undefined) throw notFound("webhook");
  if (noted.length > 0) return message;
  refuseDisabled(endpoint);
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
 * Sends an endpoint's webhooks again that were not taken: up to 1,000, the oldest first. One round trip.
 * @returns how many were looked at, and the last of them where there may be more
 * @throws 404; 409 while the endpoint is disabled
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
  const from = firstIdAt(since);
  const begin = after > from ? after : from;
  // Each status gives its oldest: what is sorted does not grow with what there is.
  const some = sql`SELECT d.id FROM json_each(${JSON.stringify(statuses)}) AS s CROSS JOIN ${dispatches} AS d ON d.id IN (
      SELECT id FROM ${dispatches} WHERE ${ofEndpoint(endpointId)} AND status = s.value AND id > ${begin}
        AND id < ${firstIdAt(until ?? now + 1)} ORDER BY id LIMIT ${MAX_REPLAYED})
    ORDER BY d.id LIMIT ${MAX_REPLAYED}`;
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
  if (endpoint.length === 0) throw missing();
  refuseDisabled(endpoint);
  const last = taken.at(-1)?.id ?? null;
  return { replayed: taken.length, next: taken.length < MAX_REPLAYED ? null : last };
}

/** Sends an endpoint a webhook to try it out, even if it is disabled. One round trip. @throws 404 */
export async function sendTest(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  endpointId: string,
): Promise<Dispatch> {
  const now = ctx.clock.now();
  const id = ctx.ids.uuid();
  const { endpoint, found } = await ctx.db.write({
    endpoint: selectEndpoints(ownEndpoint(scope, endpointId)),
    queue: sql`INSERT INTO ${dispatches} (id, channel, lane, type, user_id, status, payload, targets, delivered_count,
        failed_count, attempts, claims, slot_at, due_at, wake_at, created_at, updated_at)
      SELECT ${id}, ${CHANNEL}, 'hooks', ${TEST_TYPE}, ${recipientOf(endpointId)}, 'queued',
        ${JSON.stringify({ id: endpointId })}, 0, 0, 0, 0, 0, ${now}, ${now}, 0, ${now}, ${now}
      FROM ${webhookEndpoints} WHERE ${ownEndpoint(scope, endpointId)} ON CONFLICT DO NOTHING`,
    audit: audit({ id: ctx.ids.uuid(), action: "webhook.test", target: endpointId, ...author }, CHANGED),
    found: findMessage(endpointId, id),
  });
  const [message] = found;
  if (endpoint.length === 0 || message === undefined) throw missing();
  return message;
}
