import { type SQL, sql } from "drizzle-orm";
import { type Recipient, refusalText, unreachable, UNSUBSCRIBED } from "../../channels/email/recipient.ts";
import { isSuppressed } from "../../channels/email/suppressions.ts";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { certifications, type DispatchRow, dispatches, dedupeKeys, users } from "../../db/schema/index.ts";
import { orgTree } from "../../auth/scope.ts";
import { dispatchRow, insertDispatches, insertDedupeKeys, HAS_DEDUPE_KEY } from "../../outbox/create.ts";
import { expiryIn, expiryOf, reminderKey, remindsOf } from "../../outbox/dedupe-keys.ts";
import { DAY } from "../../lib/clock.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { type Certificate, reminderOf } from "./content.ts";
import { certificationReminder } from "./type.ts";

/** Users that one round of statements deals with. */
export const PORTION = 5_000;

/** Certificates of one user that a bulk looks at, the first to expire: one string holds them. */
const MAX_CERTIFICATES = 50;

/** Whoever was reminded of the same expiry within this time is not reminded again by a bulk. */
const REMINDED_WITHIN_MS = DAY;

/** Whoever could not be reached within this time, for a reason that lasts, is not logged again by a bulk. */
const FAILED_WITHIN_MS = DAY;

/** Whom a bulk is about. */
export interface BulkRequest {
  orgId: string;
  daysThreshold: number;
  includeSubOrgs: boolean;
}

/** A user with a certificate that expires soon, as a portion's query gives it. */
export type Candidate = Pick<Recipient, "id" | "email" | "email_verified" | "suppressed"> & {
  org_id: string;
  /** JSON array of certificates; `told` says whether it was reminded of lately. */
  certificates: string;
};

/** The dispatches of a portion, and what they tell. */
export interface PortionRows {
  queued: DispatchRow[];
  /** Of users that cannot be mailed: logged as failed, with the reason, once a day. */
  failed: DispatchRow[];
  told: { key: string; dispatch_id: string }[];
}

/**
 * Whether a certificate was reminded of lately, or will be: it counts when the message was due, which may have waited for
 * its user's slot. Failed and cancelled messages have reminded nobody; but whoever has switched them off is not to get one
 * at each call, to be cancelled again.
 * @param expiry what the keys of the occasions begin with
 */
const remindedLately = (expiry: SQL, now: number): SQL => sql`EXISTS (SELECT 1 FROM ${dedupeKeys} o
  JOIN ${dispatches} d ON d.id = o.dispatch_id
  WHERE ${remindsOf(sql`o.key`, expiry)} AND d.due_at >= ${now - REMINDED_WITHIN_MS}
    AND (d.status NOT IN ('failed', 'bounced', 'cancelled') OR d.error_code = ${UNSUBSCRIBED}))`;

/** Up to 5,000 users, in the order of the index by organization, each with their certificates that expire soon. */
export function portionOf(
  { orgId, daysThreshold, includeSubOrgs }: BulkRequest,
  now: number,
  after: Pick<Candidate, "org_id" | "id"> | null,
): SQL {
  const inOrg = includeSubOrgs ? sql`u.org_id IN ${orgTree(orgId)}` : sql`u.org_id = ${orgId}`;
  const soon = sql`c.expires_at > ${now} AND c.expires_at <= ${now + daysThreshold * DAY}`;
  const told = remindedLately(expiryOf(sql`c.id`, sql`c.expires_at`), now);
  return sql`SELECT u.id, u.org_id, u.email, u.email_verified,
      ${isSuppressed(sql`u.email`, now)} AS suppressed,
      (SELECT json_group_array(json(soonest.one)) FROM
        (SELECT json_object('id', c.id, 'name', c.name, 'expires_at', c.expires_at, 'told', ${told}) AS one
          FROM ${certifications} c WHERE c.user_id = u.id AND ${soon}
          ORDER BY c.expires_at LIMIT ${MAX_CERTIFICATES}) AS soonest) AS certificates
    FROM ${users} u
    WHERE ${inOrg} AND (u.org_id, u.id) > (${after?.org_id ?? ""}, ${after?.id ?? ""})
      AND EXISTS (SELECT 1 FROM ${certifications} c WHERE c.user_id = u.id AND ${soon})
    ORDER BY u.org_id, u.id LIMIT ${PORTION}`;
}

/** What is to be written for a portion. Who was reminded of everything lately is in neither list. */
export function portionRows(
  ctx: Ctx,
  batchId: string,
  senderOrgId: string | null,
  portion: readonly Candidate[],
): PortionRows {
  const rows: PortionRows = { queued: [], failed: [], told: [] };
  for (const candidate of portion) {
    const all = JSON.parse(candidate.certificates) as (Certificate & { told: number })[];
    const certificates = all.filter((certificate) => certificate.told === 0);
    if (certificates.length === 0) continue;
    const reason = unreachable(certificationReminder, candidate);
    const row = dispatchRow(ctx, {
      channel: "email",
      lane: "bulk",
      type: "certification_reminder",
      userId: candidate.id,
      orgId: candidate.org_id,
      senderOrgId,
      batchId,
      payload: reminderOf(certificates, ctx.clock.now()),
      ...(reason !== null && { failure: { code: reason, message: refusalText(reason) } }),
    });
    if (reason !== null) {
      rows.failed.push(row);
      continue;
    }
    rows.queued.push(row);
    rows.told.push(...certificates.map((one) => ({ key: reminderKey(one, row.id), dispatch_id: row.id })));
  }
  return rows;
}

const EXPIRY = expiryIn(sql`value->>'key'`, sql`value->>'dispatch_id'`);

/**
 * Whether the same failure of the same user is in the log of the last day: it is counted once more, and not written. Read
 * from the user's latest e-mails.
 */
export const failedLately = (now: number): SQL => sql`EXISTS (SELECT 1 FROM ${dispatches} f
  WHERE f.user_id = value->>'user_id' AND f.channel = 'email' AND f.id >= ${firstIdAt(now - FAILED_WITHIN_MS)}
    AND +f.type = value->>'type' AND +f.status = 'failed' AND f.error_code = value->>'error_code')`;

/** Statements that write a portion. Who was reminded since it was read, by a call at the same time, is left out. */
export const writePortion = (ctx: Ctx, { queued, failed, told }: PortionRows): Statement[] => [
  ...insertDedupeKeys(told, sql`NOT ${remindedLately(EXPIRY, ctx.clock.now())}`),
  ...insertDispatches(queued, HAS_DEDUPE_KEY),
  ...insertDispatches(failed, sql`NOT ${failedLately(ctx.clock.now())}`),
];
