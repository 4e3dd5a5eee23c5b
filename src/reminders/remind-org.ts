import { type SQL, sql } from "drizzle-orm";
import { audit } from "../audit/audit.ts";
import { type Recipient, refusalText, unreachable } from "../channels/email/recipient.ts";
import type { Ctx } from "../ctx.ts";
import {
  auditLog,
  certifications,
  type DispatchRow,
  occasions,
  orgs,
  suppressions,
  users,
} from "../db/schema/index.ts";
import { inScope, orgTree, type Scope } from "../directory/scope.ts";
import { dispatchRow, insertDispatches, insertOccasions } from "../dispatch/create.ts";
import { wake } from "../dispatch/wake.ts";
import { findKey, type IdempotencyKey, replayOf, type StoredKey, takeKey } from "../idempotency/keys.ts";
import { DAY } from "../lib/clock.ts";
import { notFound } from "../lib/failure.ts";
import { firstIdAt } from "../lib/ids.ts";
import { type Certificate, reminderKey, reminderOf } from "./content.ts";
import type { Author } from "./remind-user.ts";

/** Users that one round of statements deals with. */
export const PORTION = 5_000;

/** Whoever was reminded of the same expiry within this time is not reminded again by a bulk. */
const REMINDED_WITHIN_MS = DAY;

export interface BulkRequest {
  orgId: string;
  daysThreshold: number;
  includeSubOrgs: boolean;
}

/** How a bulk went: `eligible = dispatched + failed + skipped`, in users. */
export interface BulkResult {
  batchId: string;
  eligible: number;
  dispatched: number;
  failed: number;
  skipped: number;
  at: number;
  replayed: boolean;
}

/** A user with a certificate that expires soon, as a portion's query gives it. */
type Candidate = Pick<Recipient, "id" | "email" | "email_verified" | "suppressed"> & {
  org_id: string;
  /** JSON array of certificates; `told` says whether it was reminded of lately. */
  certificates: string;
};

/**
 * Reminds every user of an organization whose certificate expires within some days: one message a user, listing the
 * certificates. Two round trips for each 5,000 users, and two more. Interrupted and called again it goes on where it was,
 * since whoever was reminded already is skipped.
 * @throws 404 for an organization outside the scope
 */
export async function remindOrg(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  key: IdempotencyKey | null,
  request: BulkRequest,
): Promise<BulkResult> {
  const earlier = await start(ctx, scope, key, request.orgId);
  if (earlier !== null) return earlier;

  const total = { eligible: 0, dispatched: 0, failed: 0, skipped: 0 };
  const batchId = ctx.ids.uuid();
  let after: { org_id: string; id: string } | null = null;
  for (;;) {
    const portion: Candidate[] = await readPortion(ctx, request, after);
    const { rows, told } = portionRows(ctx, batchId, portion);
    const queued = rows.filter((row) => row.status === "queued");
    total.eligible += portion.length;
    total.dispatched += queued.length;
    total.failed += rows.length - queued.length;
    total.skipped += portion.length - rows.length;
    const last = portion.length < PORTION;
    // The key comes with the last portion: until then a repeat has something left to do.
    await ctx.db.write([
      ...insertDispatches(rows),
      ...insertOccasions(told),
      ...(last && key ? [takeKey(key, batchId)] : []),
      ...(last
        ? [audit({ id: batchId, action: "reminder.bulk", target: request.orgId, detail: total, ...author })]
        : []),
    ]);
    await wake(
      ctx,
      queued.map(({ id, due_at }) => ({ id, channel: "email", lane: "bulk", at: due_at })),
    );
    if (last) return { batchId, ...total, at: ctx.clock.now(), replayed: false };
    after = portion.at(-1) ?? null;
  }
}

/** Checks the organization, and finds what an earlier request with the same key came to. */
async function start(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  orgId: string,
): Promise<BulkResult | null> {
  const [org = [], stored = [], entry = []] = await ctx.db.read([
    sql`SELECT 1 FROM ${orgs} WHERE id = ${orgId} AND ${inScope(scope, { userId: sql`NULL`, orgId: orgs.id })}`,
    ...(key
      ? [
          findKey(key),
          sql`SELECT detail FROM ${auditLog} WHERE id = (SELECT resource_id FROM idempotency_keys WHERE key = ${key.key})`,
        ]
      : []),
  ]);
  if (org.length === 0) throw notFound("organization");
  const batchId = replayOf(key, stored[0] as StoredKey | undefined);
  if (batchId === null) return null;
  const counts = JSON.parse((entry[0] as { detail: string } | undefined)?.detail ?? "{}") as Record<
    string,
    number
  >;
  const { eligible = 0, dispatched = 0, failed = 0, skipped = 0 } = counts;
  const at = Number.parseInt(batchId.replaceAll("-", "").slice(0, 12), 16);
  return { batchId, eligible, dispatched, failed, skipped, at, replayed: true };
}

/** Up to 5,000 users, in the order of the index by organization, each with their certificates that expire soon. */
export function portionOf(
  { orgId, daysThreshold, includeSubOrgs }: BulkRequest,
  now: number,
  after: { org_id: string; id: string } | null,
): SQL {
  const inOrg = includeSubOrgs ? sql`u.org_id IN ${orgTree(orgId)}` : sql`u.org_id = ${orgId}`;
  const soon = sql`c.expires_at > ${now} AND c.expires_at <= ${now + daysThreshold * DAY}`;
  const told = sql`EXISTS (SELECT 1 FROM ${occasions} o
    WHERE o.key >= 'cert:' || c.id || ':' || c.expires_at || ':' AND o.key < 'cert:' || c.id || ':' || c.expires_at || ';'
      AND o.dispatch_id >= ${firstIdAt(now - REMINDED_WITHIN_MS)})`;
  return sql`SELECT u.id, u.org_id, u.email, u.email_verified,
      EXISTS (SELECT 1 FROM ${suppressions} s
        WHERE s.email = lower(u.email) AND (s.expires_at IS NULL OR s.expires_at > ${now})) AS suppressed,
      (SELECT json_group_array(json_object('id', c.id, 'name', c.name, 'expires_at', c.expires_at, 'told', ${told}))
        FROM ${certifications} c WHERE c.user_id = u.id AND ${soon}) AS certificates
    FROM ${users} u
    WHERE ${inOrg} AND (u.org_id, u.id) > (${after?.org_id ?? ""}, ${after?.id ?? ""})
      AND EXISTS (SELECT 1 FROM ${certifications} c WHERE c.user_id = u.id AND ${soon})
    ORDER BY u.org_id, u.id LIMIT ${PORTION}`;
}

async function readPortion(
  ctx: Ctx,
  request: BulkRequest,
  after: { org_id: string; id: string } | null,
): Promise<Candidate[]> {
  const [portion = []] = await ctx.db.read([portionOf(request, ctx.clock.now(), after)]);
  return portion as Candidate[];
}

/** The dispatches of a portion, and what they tell. Who cannot be mailed is logged as failed, with the reason. */
function portionRows(ctx: Ctx, batchId: string, portion: readonly Candidate[]) {
  const rows: DispatchRow[] = [];
  const told: { key: string; dispatch_id: string }[] = [];
  for (const candidate of portion) {
    const all = JSON.parse(candidate.certificates) as (Certificate & { told: number })[];
    const certificates = all.filter((certificate) => certificate.told === 0);
    if (certificates.length === 0) continue;
    const reason = unreachable("certification_reminder", candidate);
    const row = dispatchRow(ctx, {
      channel: "email",
      lane: "bulk",
      type: "certification_reminder",
      userId: candidate.id,
      orgId: candidate.org_id,
      batchId,
      payload: reminderOf(certificates),
      ...(reason !== null && { failure: { code: reason, message: refusalText(reason) } }),
    });
    rows.push(row);
    if (reason === null)
      told.push(...certificates.map((one) => ({ key: reminderKey(one, row.id), dispatch_id: row.id })));
  }
  return { rows, told };
}
