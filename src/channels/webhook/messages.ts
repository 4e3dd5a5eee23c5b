import { type SQL, sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { type Dispatch, dispatches, type DispatchStatus, webhookEndpoints } from "../../db/schema/index.ts";
import { HOUR } from "../../lib/clock.ts";
import { notFound } from "../../lib/failure.ts";
import { asUser, reserveSlot } from "../../rate-limit/budgets.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { CHANNEL } from "./channel.ts";
import { ownEndpoint, recipientOf } from "./endpoint.ts";
import { missingEndpoint, readEndpoint } from "./endpoints.ts";
import { TEST_TYPE } from "./events.ts";

/** Tests of all endpoints of an owner: one that is deleted and made anew has no budget of its own. */
const TESTS: Budget = { name: "webhook_test", limit: 20, periodMs: HOUR };

export const findsEndpoint = (scope: Scope, id: string): SQL<{ enabled: 0 | 1 }> =>
  sql<{ enabled: 0 | 1 }>`SELECT enabled FROM ${webhookEndpoints} WHERE ${ownEndpoint(scope, id)}`;

/** The condition that a dispatch is a webhook of this endpoint. */
export const ofEndpoint = (endpointId: string): SQL =>
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
  if (endpoint.length === 0) throw missingEndpoint();
  return rows;
}

export const findMessage = (endpointId: string, id: string): SQL<Dispatch> =>
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

/**
 * Sends an endpoint a webhook to try it out, even if it is disabled. Two round trips.
 * @throws 404; 429 after 20 an hour of one owner
 */
export async function sendTest(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  endpointId: string,
): Promise<Dispatch> {
  const now = ctx.clock.now();
  const id = ctx.ids.uuid();
  const { org_id } = await readEndpoint(ctx, scope, endpointId);
  await using slot = await reserveSlot(ctx, TESTS, { id, user_id: asUser(org_id) });
  const { found } = await ctx.db.write({
    queue: sql`INSERT INTO ${dispatches} (id, channel, lane, type, user_id, status, payload, targets, delivered_count,
        failed_count, attempts, claims, slot_at, due_at, wake_at, created_at, updated_at)
      SELECT ${id}, ${CHANNEL}, 'hooks', ${TEST_TYPE}, ${recipientOf(endpointId)}, 'queued',
        ${JSON.stringify({ id: endpointId })}, 0, 0, 0, 0, 0, ${now}, ${now}, 0, ${now}, ${now}
      FROM ${webhookEndpoints} WHERE ${ownEndpoint(scope, endpointId)} ON CONFLICT DO NOTHING`,
    audit: audit({ id: ctx.ids.uuid(), action: "webhook.test", target: endpointId, ...author }, CHANGED),
    found: findMessage(endpointId, id),
  });
  const [message] = found;
  if (message === undefined) throw missingEndpoint();
  slot?.keep();
  return message;
}
