import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED, isAudited } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { insertRows } from "../../db/json.ts";
import { webhookEndpoints } from "../../db/schema/index.ts";
import { HOUR } from "../../lib/clock.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { isOwner, mayOwn } from "../../preferences/owner.ts";
import { allowedUrl, type Endpoint, endpointOf, ownEndpoint, selectEndpoints } from "./endpoint.ts";
import { makeSecret } from "./secrets.ts";

/** The most endpoints that an organization, or the service, may have. */
export const MAX_ENDPOINTS = 20;

export interface NewEndpoint {
  /** The organization; `""`: the service. */
  owner: string;
  url: string;
  description: string | null;
  /** Null: all. */
  types: readonly string[] | null;
}

/** An endpoint with its secret, which is shown this once. */
export interface WithSecret {
  endpoint: Endpoint;
  secret: string;
}

export const missingEndpoint = (): Failure => notFound("webhook endpoint");

/**
 * Makes an endpoint. One round trip.
 * @throws 400 for a URL to which no request may go; 404 for an organization outside the scope; 409 `too_many_endpoints`;
 * 503 `secrets_key_missing`
 */
export async function createEndpoint(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  { owner, url, description, types }: NewEndpoint,
): Promise<WithSecret> {
  const now = ctx.clock.now();
  const id = ctx.ids.uuid();
  const allowed = allowedUrl(ctx, url);
  const { secret, sealed } = await makeSecret(ctx, id);
  const isFull = sql`(SELECT count(*) FROM ${webhookEndpoints} WHERE org_id = ${owner}) >= ${MAX_ENDPOINTS}`;
  const row = {
    id,
    org_id: owner,
    url: allowed,
    description,
    types: types === null ? null : JSON.stringify(types),
    enabled: true,
    secret: sealed,
    queued_on: 0,
    queued_count: 0,
    created_at: now,
    updated_at: now,
  };
  const { mine, found } = await ctx.db.write({
    mine: isOwner(scope, owner),
    made: insertRows(webhookEndpoints, [row], {
      where: sql`${mayOwn(scope, owner)} AND NOT ${isFull}`,
      onConflict: sql`ON CONFLICT DO NOTHING`,
    }),
    audit: audit({ id: ctx.ids.uuid(), action: "webhook_endpoint.create", target: id, ...author }, CHANGED),
    found: selectEndpoints(sql`id = ${id}`),
  });
  if (mine.length === 0) throw notFound("organization");
  const [endpoint] = found;
  if (endpoint === undefined)
    throw new Failure("conflict", `There are ${MAX_ENDPOINTS} endpoints already; delete one first.`, {
      code: "too_many_endpoints",
    });
  return { endpoint: endpointOf(endpoint), secret };
}

/** A page of an owner's endpoints, by id, and one beyond it. One round trip. @throws 404 for an owner outside the scope */
export async function listEndpoints(
  ctx: Ctx,
  scope: Scope,
  owner: string,
  { after, limit }: { after: string; limit: number },
): Promise<Endpoint[]> {
  const { mine, rows } = await ctx.db.read({
    mine: isOwner(scope, owner),
    rows: selectEndpoints(sql`org_id = ${owner} AND id > ${after} ORDER BY id LIMIT ${limit + 1}`),
  });
  if (mine.length === 0) throw notFound("organization");
  return rows.map(endpointOf);
}

/** One round trip. @throws 404 */
export async function readEndpoint(ctx: Ctx, scope: Scope, id: string): Promise<Endpoint> {
  const { found } = await ctx.db.read({ found: selectEndpoints(ownEndpoint(scope, id)) });
  const [endpoint] = found;
  if (endpoint === undefined) throw missingEndpoint();
  return endpointOf(endpoint);
}

/** What can be changed; what is left out stays. */
export interface EndpointChange {
  url?: string | undefined;
  description?: string | null | undefined;
  types?: readonly string[] | null | undefined;
  /** True begins anew: what it was disabled for is forgotten. */
  enabled?: boolean | undefined;
}

/** One round trip. @throws 404; 400 for a URL to which no request may go */
export async function changeEndpoint(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  id: string,
  { url, description, types, enabled }: EndpointChange,
): Promise<Endpoint> {
  const now = ctx.clock.now();
  const set = [
    ...(url === undefined ? [] : [sql`url = ${allowedUrl(ctx, url)}, failing_since = NULL`]),
    ...(description === undefined ? [] : [sql`description = ${description}`]),
    ...(types === undefined ? [] : [sql`types = ${types === null ? null : JSON.stringify(types)}`]),
    ...(enabled === undefined
      ? []
      : [enabled ? ON : sql`${OFF}, disabled_at = iif(enabled = 1, ${now}, disabled_at)`]),
    sql`updated_at = ${now}`,
  ];
  const { found } = await ctx.db.write({
    change: sql`UPDATE ${webhookEndpoints} SET ${sql.join(set, sql`, `)} WHERE ${ownEndpoint(scope, id)}`,
    audit: audit({ id: ctx.ids.uuid(), action: "webhook_endpoint.change", target: id, ...author }, CHANGED),
    found: selectEndpoints(ownEndpoint(scope, id)),
  });
  const [endpoint] = found;
  if (endpoint === undefined) throw missingEndpoint();
  return endpointOf(endpoint);
}

const ON = sql`enabled = 1, disabled_reason = NULL, disabled_at = NULL, failing_since = NULL`;
/** One that was disabled for another reason keeps it. */
const OFF = sql`enabled = 0, disabled_reason = iif(enabled = 1, 'by_hand', disabled_reason)`;

/** Deletes an endpoint. What is queued for it is not sent. One round trip. @throws 404 */
export async function removeEndpoint(ctx: Ctx, author: Author, scope: Scope, id: string): Promise<void> {
  const entry = { id: ctx.ids.uuid(), action: "webhook_endpoint.delete", target: id, ...author };
  const { noted } = await ctx.db.write({
    gone: sql`DELETE FROM ${webhookEndpoints} WHERE ${ownEndpoint(scope, id)}`,
    note: audit(entry, CHANGED),
    noted: isAudited(entry.id),
  });
  if (noted.length === 0) throw missingEndpoint();
}

/**
 * Gives an endpoint a new secret. The one before signs, too, for so many hours, so that the receiver can change over.
 * One round trip. @throws 404; 503 `secrets_key_missing`
 */
export async function rotateSecret(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  id: string,
  overlapHours: number,
): Promise<WithSecret> {
  const now = ctx.clock.now();
  const { secret, sealed } = await makeSecret(ctx, id);
  const isKept = overlapHours > 0;
  const { found } = await ctx.db.write({
    // A repeat finds the new secret, and leaves the one before where it is.
    rotate: sql`UPDATE ${webhookEndpoints} SET previous_secret = ${isKept ? sql`secret` : null},
        previous_until = ${isKept ? now + overlapHours * HOUR : null}, secret = ${sealed}, updated_at = ${now}
      WHERE ${ownEndpoint(scope, id)} AND secret <> ${sealed}`,
    audit: audit({ id: ctx.ids.uuid(), action: "webhook_endpoint.rotate", target: id, ...author }, CHANGED),
    found: selectEndpoints(ownEndpoint(scope, id)),
  });
  const [endpoint] = found;
  if (endpoint === undefined) throw missingEndpoint();
  return { endpoint: endpointOf(endpoint), secret };
}
