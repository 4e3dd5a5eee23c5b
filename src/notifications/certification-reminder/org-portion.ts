import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { type Recipient, refusalText, unreachable } from "../../channels/email/recipient.ts";
import { UNSUBSCRIBED } from "../../preferences/decide.ts";
import { isSuppressed } from "../../channels/email/suppressions.ts";
import { fromType } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { certifications, type DispatchRow, dispatches, dedupeKeys, users } from "../../db/schema/index.ts";
import { orgTree } from "../../auth/scope.ts";
import { dispatchRow, insertDispatches, insertDedupeKeys, HAS_DEDUPE_KEY } from "../../outbox/create.ts";
import { DAY } from "../../lib/clock.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { reminderOf } from "./content.ts";
import { hasPrefix, keyPrefix, keyPrefixIn, reminderKey } from "./dedupe-key.ts";
import { certificationReminder } from "./type.ts";

/** The most users in one portion. */
export const PORTION = 5_000;

/** The most certificates of one user that a bulk reads, the first to expire: they are one string. */
const MAX_CERTIFICATES = 50;

/** A bulk skips an expiry if the user was reminded of it within this time. */
const REMINDED_WITHIN_MS = DAY;

/** A bulk does not log a user's failure again if the same one was logged within this time. */
const FAILED_WITHIN_MS = DAY;

/** Selects the users of a bulk. */
export interface BulkRequest {
  orgId: string;
  daysThreshold: number;
  includeSubOrgs: boolean;
}

/** The certificates of a candidate. `reminded` is 1 if the user was reminded of it lately. */
const listed = z.array(
  z.object({ id: z.string(), name: z.string(), expires_at: z.number(), reminded: z.number() }),
);

/** A user with a certificate that expires soon, as the query of a portion returns it. */
export type Candidate = Pick<Recipient, "id" | "email" | "email_verified" | "suppressed"> & {
  org_id: string;
  /** JSON array, as `listed` reads it. */
  certificates: string;
};

/** The dispatches of a portion, and their dedupe keys. */
export interface PortionRows {
  queued: DispatchRow[];
  /** Dispatches to users who cannot get e-mail: logged as failed, with the reason, once a day. */
  failed: DispatchRow[];
  keys: { key: string; dispatch_id: string }[];
}

/**
 * Whether a certificate was reminded of lately, or will be. What counts is when the message was due: it may have waited for
 * its user's slot. Failed and cancelled messages do not count, except those cancelled because the user has switched
 * reminders off: each call would only make another one to cancel.
 * @param prefix what the dedupe keys begin with
 */
const remindedLately = (prefix: SQL, now: number): SQL => sql`EXISTS (SELECT 1 FROM ${dedupeKeys} o
  JOIN ${dispatches} d ON d.id = o.dispatch_id
  WHERE ${hasPrefix(sql`o.key`, prefix)} AND d.due_at >= ${now - REMINDED_WITHIN_MS}
    AND (d.status NOT IN ('failed', 'bounced', 'cancelled') OR d.error_code = ${UNSUBSCRIBED}))`;

/** Reads up to 5,000 users in the order of the index by organization, each with the certificates that expire soon. */
export function portionOf(
  { orgId, daysThreshold, includeSubOrgs }: BulkRequest,
  now: number,
  after: Pick<Candidate, "org_id" | "id"> | null,
): SQL<Candidate> {
  const inOrg = includeSubOrgs ? sql`u.org_id IN ${orgTree(orgId)}` : sql`u.org_id = ${orgId}`;
  const soon = sql`c.expires_at > ${now} AND c.expires_at <= ${now + daysThreshold * DAY}`;
  const reminded = remindedLately(keyPrefix(sql`c.id`, sql`c.expires_at`), now);
  return sql<Candidate>`SELECT u.id, u.org_id, u.email, u.email_verified,
      ${isSuppressed(sql`u.email`, now)} AS suppressed,
      (SELECT json_group_array(json(soonest.one)) FROM
        (SELECT json_object('id', c.id, 'name', c.name, 'expires_at', c.expires_at, 'reminded', ${reminded}) AS one
          FROM ${certifications} c WHERE c.user_id = u.id AND ${soon}
          ORDER BY c.expires_at LIMIT ${MAX_CERTIFICATES}) AS soonest) AS certificates
    FROM ${users} u
    WHERE ${inOrg} AND (u.org_id, u.id) > (${after?.org_id ?? ""}, ${after?.id ?? ""})
      AND EXISTS (SELECT 1 FROM ${certifications} c WHERE c.user_id = u.id AND ${soon})
    ORDER BY u.org_id, u.id LIMIT ${PORTION}`;
}

/** Makes the rows to write for a portion. A user who was reminded of everything lately is in neither list. */
export function portionRows(
  ctx: Ctx,
  batchId: string,
  senderOrgId: string | null,
  portion: readonly Candidate[],
): PortionRows {
  const rows: PortionRows = { queued: [], failed: [], keys: [] };
  for (const candidate of portion) {
    const all = listed.parse(JSON.parse(candidate.certificates));
    const certificates = all.filter((certificate) => certificate.reminded === 0);
    if (certificates.length === 0) continue;
    const reason = unreachable(certificationReminder, candidate);
    const row = dispatchRow(ctx, {
      ...fromType(certificationReminder, ctx.clock.now()),
      lane: "bulk",
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
    rows.keys.push(...certificates.map((one) => ({ key: reminderKey(one, row.id), dispatch_id: row.id })));
  }
  return rows;
}

const PREFIX = keyPrefixIn(sql`value->>'key'`, sql`value->>'dispatch_id'`);

/**
 * Whether the log of the last day has the same failure of the same user. Then it is counted, but not written again. Found
 * among the user's latest e-mails.
 */
const failedLately = (now: number): SQL => sql`EXISTS (SELECT 1 FROM ${dispatches} f
  WHERE f.user_id = value->>'user_id' AND f.channel = 'email' AND f.id >= ${firstIdAt(now - FAILED_WITHIN_MS)}
    AND +f.type = value->>'type' AND +f.status = 'failed' AND f.error_code = value->>'error_code')`;

/** Statements that write a portion. They leave out users whom a call at the same time has reminded since the read. */
export const writePortion = (ctx: Ctx, { queued, failed, keys }: PortionRows): Statement[] => [
  ...insertDedupeKeys(keys, sql`NOT ${remindedLately(PREFIX, ctx.clock.now())}`),
  ...insertDispatches(queued, HAS_DEDUPE_KEY),
  ...insertDispatches(failed, sql`NOT ${failedLately(ctx.clock.now())}`),
];
