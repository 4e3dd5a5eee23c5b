import { type SQL, sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { insertRows } from "../../db/json.ts";
import {
  type Channel,
  notificationRecords as records,
  type PauseEventType,
  peerMentors,
} from "../../db/schema/index.ts";
import { type Scope, userInScope } from "../../auth/scope.ts";
import { type IdempotencyKey, once, type Repeatable } from "../../idempotency/once.ts";
import { notFound } from "../../lib/failure.ts";
import { reserveQuota } from "../../rate-limit/quota/quota.ts";
import { findMentor, requireMentor } from "./read.ts";
import {
  mentorInScope,
  type RecordDetail,
  recordInScope,
  requireRecord,
  selectDetails,
  type StoredDetail,
} from "./records.ts";

/** A notification that a client has sent by itself. Times are epoch ms. */
export interface NewRecord {
  peer_mentor_id: string;
  event_type: PauseEventType;
  effective_date: number | null;
  reason: string | null;
  /** Default: the mentor's coordinator. */
  coordinator_id?: string | undefined;
  channels_notified: readonly Channel[];
  dispatch_ids: readonly string[];
}

/** A record, and whether an earlier request with the same Idempotency-Key made it. */
interface Recorded {
  record: RecordDetail;
  replayed: boolean;
}

/**
 * Records that a client has notified a coordinator by itself. Two round trips: mentor and key, then record and key.
 * @throws 404 for a mentor or a coordinator outside the scope, 422 for a key used with another body, 429 over the
 * organization's quota
 */
export async function recordSent(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  key: IdempotencyKey | null,
  input: NewRecord,
): Promise<Recorded> {
  const request = once(ctx, key, recordIn(scope));
  const { found, earlier } = await request.read({
    mentors: findMentor(scope, input.peer_mentor_id),
    named: sql`SELECT 1 WHERE ${mayBeNamed(scope, input)}`,
  });
  if (earlier !== null) return earlier;
  const mentor = requireMentor(found.mentors);
  if (found.named.length === 0) throw notFound("coordinator");

  const now = ctx.clock.now();
  const id = ctx.ids.uuid();
  const row = {
    id,
    peer_mentor_id: mentor.id,
    event_type: input.event_type,
    effective_date: input.effective_date,
    reason: input.reason,
    coordinator_id: input.coordinator_id ?? mentor.coordinator_id,
    channels_notified: JSON.stringify(input.channels_notified),
    dispatch_ids: JSON.stringify(input.dispatch_ids),
    source: "client" as const,
    channels_fixed: false,
    sent_at: now,
    updated_at: now,
  };
  // Mentor and coordinator may have been deleted or moved since the read.
  const stillMine = sql`EXISTS (SELECT 1 FROM ${peerMentors} AS m WHERE m.id = ${mentor.id} AND ${mentorInScope(scope)})
    AND ${mayBeNamed(scope, input)}`;
  const stored = [{ org_id: mentor.org_id, body: row.reason, data: row.dispatch_ids }];
  await using quota = await reserveQuota(ctx, stored);
  const { found: made, earlier: winner } = await request.write(id, {
    inserted: insertRows(records, [row], {
      where: sql`${request.isMine(id)} AND ${stillMine}`,
      onConflict: sql`ON CONFLICT DO NOTHING`,
    }),
    audited: audit(
      { id: ctx.ids.uuid(), action: "notification_record.create", target: id, ...author },
      CHANGED,
    ),
    record: selectDetails(scope, sql`${records.id} = ${id}`),
  });
  if (winner !== null) return winner;
  quota.keep();
  return { record: requireRecord(made.record), replayed: false };
}

/** The condition that the coordinator in the input is the mentor's coordinator, or a user in scope. */
const mayBeNamed = (scope: Scope, { peer_mentor_id, coordinator_id }: NewRecord): SQL =>
  coordinator_id === undefined
    ? sql`true`
    : sql`(EXISTS (SELECT 1 FROM ${peerMentors} WHERE id = ${peer_mentor_id} AND coordinator_id = ${coordinator_id})
        OR ${userInScope(scope, sql`${coordinator_id}`)})`;

/** A record that the caller may see. */
const recordIn = (scope: Scope): Repeatable<StoredDetail, Recorded> => ({
  find: (id) => selectDetails(scope, sql`${recordInScope(scope)} AND ${records.id} = ${id}`),
  replay: (rows) => (rows.length === 0 ? null : { record: requireRecord(rows), replayed: true }),
});
