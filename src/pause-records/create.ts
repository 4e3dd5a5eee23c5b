import { type SQL, sql } from "drizzle-orm";
import { audit, type AuditEntry, CHANGED } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { insertRows } from "../db/json.ts";
import {
  type Channel,
  idempotencyKeys,
  notificationRecords as records,
  type PauseEventType,
  peerMentors,
} from "../db/schema/index.ts";
import type { Scope } from "../directory/scope.ts";
import {
  findKey,
  type IdempotencyKey,
  keyTaken,
  replayOf,
  type StoredKey,
  takeKey,
} from "../idempotency/keys.ts";
import { Failure } from "../lib/failure.ts";
import { findMentor, mentorOf } from "./read.ts";
import { detailOf, mentorInScope, type RecordDetail, recordInScope, selectDetails } from "./records.ts";

export type Author = Pick<AuditEntry, "actor" | "requestId">;

/** What a client says that it has sent. Times are epoch ms. */
export interface NewRecord {
  peer_mentor_id: string;
  event_type: PauseEventType;
  effective_date: number | null;
  reason: string | null;
  /** Left out: the mentor's own. */
  coordinator_id?: string | undefined;
  channels_notified: readonly Channel[];
  dispatch_ids: readonly string[];
}

/**
 * Records that a coordinator was told by someone else than the flow. Two round trips: mentor and key, then record and key.
 * @throws 404 for a mentor outside the scope, 422 for a key used with another body
 */
export async function recordSent(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  key: IdempotencyKey | null,
  input: NewRecord,
): Promise<{ record: RecordDetail; replayed: boolean }> {
  const [found = [], stored = [], earlier = []] = await ctx.db.read([
    findMentor(scope, input.peer_mentor_id),
    ...(key ? [findKey(key), findKeyed(scope, key)] : []),
  ]);
  if (replayOf(key, stored[0] as StoredKey | undefined) !== null) return replay(earlier);
  const mentor = mentorOf(found);

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
  // The mentor may have gone, or gone elsewhere, since they were read.
  const stillMine = sql`EXISTS (SELECT 1 FROM ${peerMentors} AS m WHERE m.id = ${mentor.id} AND ${mentorInScope(scope)})`;
  const results = await ctx.db.write([
    ...(key ? [takeKey(key, id)] : []),
    insertRows(records, [row], {
      where: sql`${keyTaken(key, id)} AND ${stillMine}`,
      onConflict: sql`ON CONFLICT DO NOTHING`,
    }),
    audit({ id: ctx.ids.uuid(), action: "notification_record.create", target: id, ...author }, CHANGED),
    sql`${selectDetails} WHERE ${records.id} = ${id}`,
    ...(key ? [findKey(key), findKeyed(scope, key)] : []),
  ]);
  const winner = key ? replayOf(key, results.at(-2)?.[0] as StoredKey | undefined) : id;
  if (winner !== null && winner !== id) return replay(results.at(-1) ?? []);
  return { record: detailOf(results.at(key ? -3 : -1) ?? []), replayed: false };
}

/** The record that a key stands for. */
const findKeyed = (
  scope: Scope,
  key: IdempotencyKey,
): SQL => sql`${selectDetails} WHERE ${recordInScope(scope)}
  AND ${records.id} = (SELECT resource_id FROM ${idempotencyKeys} WHERE key = ${key.key})`;

function replay(found: readonly unknown[]): { record: RecordDetail; replayed: boolean } {
  if (found.length === 0) throw new Failure("not_found", "What this Idempotency-Key made has been deleted.");
  return { record: detailOf(found), replayed: true };
}
