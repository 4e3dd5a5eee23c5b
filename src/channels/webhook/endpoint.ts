import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { inScope, type Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { type WebhookEndpoint, webhookEndpoints } from "../../db/schema/index.ts";
import { invalid } from "../../lib/failure.ts";
import { parseJson } from "../../lib/objects.ts";
import { publicUrl } from "../../lib/public-url.ts";

/** What stands before an endpoint's id in `user_id` of its dispatches. No user's id has a slash. */
const BEFORE_ID = "webhook/";

/** `user_id` of an endpoint's dispatches. */
export const recipientOf = (endpointId: string): string => `${BEFORE_ID}${endpointId}`;

/** The endpoint's id in a dispatch's `user_id`, in SQL. */
export const endpointIdIn = (userId: SQLWrapper): SQL =>
  sql`substr(${userId}, ${sql.raw(String(BEFORE_ID.length + 1))})`;

/** The condition that an endpoint is this one, and that the caller administers its organization (or everything). */
export const ownEndpoint = (scope: Scope, id: string): SQL =>
  sql`${webhookEndpoints.id} = ${id} AND ${inScope(scope, { userId: sql`NULL`, orgId: webhookEndpoints.org_id })}`;

/** An endpoint as its owner may see it: without its secrets. */
export type Endpoint = Omit<WebhookEndpoint, "secret" | "previous_secret" | "types" | "queued_by_users"> & {
  /** Null: all. */
  types: string[] | null;
};

/** Endpoints without their secrets. */
export const selectEndpoints = (where: SQL): SQL<EndpointRow> =>
  sql<EndpointRow>`SELECT id, org_id, url, description, types, enabled, disabled_reason, disabled_at, previous_until,
    failing_since, queued_on, queued_count, created_at, updated_at FROM ${webhookEndpoints} WHERE ${where}`;

type EndpointRow = Omit<Endpoint, "types" | "enabled"> & { types: string | null; enabled: 0 | 1 };

export function endpointOf({ types, enabled, ...row }: EndpointRow): Endpoint {
  const listed = types === null ? null : parseJson(types);
  return {
    ...row,
    enabled: enabled === 1,
    types: Array.isArray(listed) ? listed.filter((type) => typeof type === "string") : null,
  };
}

/** Whether requests may go to this computer: where people try things out. */
export const urlRules = ({ config }: Pick<Ctx, "config">) => ({
  isLocalAllowed: config.environment === "development",
});

/** The normal form of a URL to which requests may go. @throws 400 */
export function allowedUrl(ctx: Pick<Ctx, "config">, text: string): string {
  const checked = publicUrl(text, urlRules(ctx));
  if ("url" in checked) return checked.url;
  throw invalid([{ pointer: "/url", detail: checked.fault }]);
}
