import { type SQL, sql } from "drizzle-orm";
import { type Channel, notificationRecords as records, peerMentors, users } from "../../db/schema/index.ts";
import { inScope, type Scope } from "../../auth/scope.ts";
import { notFound } from "../../lib/failure.ts";
import { channelsNotified, dispatchIds, notes } from "./following.ts";

type Stored = typeof records.$inferSelect;

/** A record as lists show it. Times are epoch ms. */
export interface RecordEntry extends Pick<
  Stored,
  | "id"
  | "peer_mentor_id"
  | "event_type"
  | "effective_date"
  | "reason"
  | "coordinator_id"
  | "source"
  | "sent_at"
> {
  peer_mentor_name: string | null;
  channels_notified: Channel[];
}

/** A whole record. */
export interface RecordDetail extends RecordEntry {
  /** Null for one whom the caller may not know, too. */
  coordinator_name: string | null;
  /** UUIDs of dispatches where the flow wrote the record, opaque where a client did. */
  dispatch_ids: string[];
  notes: string | null;
  updated_at: number;
}

/** A row as it comes: with JSON in it. */
type Row<R> = Omit<R, "channels_notified" | "dispatch_ids"> & {
  channels_notified: string;
  dispatch_ids: string;
};

// The table has no alias: what a record says of its dispatches is worked out in terms of its name.
const entry = sql`${records.id}, ${records.peer_mentor_id}, ${records.event_type}, ${records.effective_date},
  ${records.reason}, ${records.coordinator_id}, ${records.source}, ${records.sent_at},
  (SELECT p.full_name FROM ${peerMentors} p WHERE p.id = ${records.peer_mentor_id}) AS peer_mentor_name,
  ${channelsNotified} AS channels_notified`;

/**
 * A record tells the name of whom the caller may know: the mentor's coordinator of today, a user in scope, and for a
 * coordinator those of the mentor's organization. A mentor comes with a past in which others may have been told.
 */
function isKnown(scope: Scope): SQL {
  if (scope.kind === "all") return sql`true`;
  const colleague = scope.kind === "own" ? sql`u.org_id = m.org_id` : sql`false`;
  return sql`(${inScope(scope, { userId: sql`u.id`, orgId: sql`u.org_id` })} OR EXISTS (
    SELECT 1 FROM ${peerMentors} AS m WHERE m.id = ${records.peer_mentor_id}
      AND (m.coordinator_id = u.id OR ${colleague})))`;
}

/** The start of a statement that reads records as lists show them. */
export const selectEntries = sql`SELECT ${entry} FROM ${records}`;

/** The start of a statement that reads whole records, for whoever has this scope. */
export const selectDetails = (scope: Scope): SQL => sql`SELECT ${entry}, ${dispatchIds} AS dispatch_ids,
    ${notes} AS notes, ${records.updated_at},
    (SELECT u.name FROM ${users} u WHERE u.id = ${records.coordinator_id} AND ${isKnown(scope)}) AS coordinator_name
  FROM ${records}`;

export const entryOf = (row: unknown): RecordEntry => {
  const read = row as Row<RecordEntry>;
  return { ...read, channels_notified: JSON.parse(read.channels_notified) as Channel[] };
};

/** @throws 404 when there is none */
export function detailOf([row]: readonly unknown[]): RecordDetail {
  if (row === undefined) throw notFound("notification record");
  const read = row as Row<RecordDetail>;
  return {
    ...read,
    channels_notified: JSON.parse(read.channels_notified) as Channel[],
    dispatch_ids: JSON.parse(read.dispatch_ids) as string[],
  };
}

/**
 * The condition that a mentor lies in the caller's scope: a coordinator's are the mentors whom they coordinate, an
 * org_admin's those of their org tree. `m` is the mentor.
 */
export const mentorInScope = (scope: Scope): SQL =>
  inScope(scope, { userId: sql`m.coordinator_id`, orgId: sql`m.org_id` });

/** The condition that a record is about such a mentor. */
export const recordInScope = (scope: Scope): SQL =>
  scope.kind === "all"
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM ${peerMentors} AS m WHERE m.id = ${records.peer_mentor_id} AND ${mentorInScope(scope)})`;
