import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { Parsed } from "../../db/statement.ts";
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
  channels_notified: RecordChannel[];
}

/** A whole record. */
export interface RecordDetail extends RecordEntry {
  /** Null if the caller may not know the name. */
  coordinator_name: string | null;
  /** UUIDs of dispatches if the flow wrote the record; a client's may be any text. */
  dispatch_ids: string[];
  notes: string | null;
  updated_at: number;
}

/** A row as it is stored: with arrays as JSON. */
type Encoded<R> = { [C in keyof R]: C extends "channels_notified" | "dispatch_ids" ? string : R[C] };
export type StoredDetail = Encoded<RecordDetail>;

// The table has no alias, since the expressions of following.ts use its name.
const entry = sql`${records.id}, ${records.peer_mentor_id}, ${records.event_type}, ${records.effective_date},
  ${records.reason}, ${records.coordinator_id}, ${records.source}, ${records.sent_at},
  (SELECT p.full_name FROM ${peerMentors} p WHERE p.id = ${records.peer_mentor_id}) AS peer_mentor_name,
  ${channelsNotified} AS channels_notified`;

/**
 * Whether the caller may read the name of a record's coordinator: that of the mentor's present coordinator, of a user in
 * scope, and, for a coordinator, of a user in the mentor's organization. Old records may have other coordinators.
 */
function isKnown(scope: Scope): SQL {
  if (scope.kind === "all") return sql`true`;
  const colleague = scope.kind === "own" ? sql`u.org_id = m.org_id` : sql`false`;
  return sql`(${inScope(scope, { userId: sql`u.id`, orgId: sql`u.org_id` })} OR EXISTS (
    SELECT 1 FROM ${peerMentors} AS m WHERE m.id = ${records.peer_mentor_id}
      AND (m.coordinator_id = u.id OR ${colleague})))`;
}

/** Reads records as lists show them. @param which SQL from WHERE on */
export const selectEntries = (which: SQL): Parsed<RecordEntry[]> =>
  Parsed.of({ rows: sql<Encoded<RecordEntry>>`SELECT ${entry} FROM ${records} ${which}` }, ({ rows }) =>
    rows.map((row) => ({ ...row, channels_notified: channels.parse(JSON.parse(row.channels_notified)) })),
  );

/** Reads whole records, for callers with this scope. `requireRecord` decodes them. @param where a condition */
export const selectDetails = (scope: Scope, where: SQL): SQL<StoredDetail> =>
  sql<StoredDetail>`SELECT ${entry}, ${dispatchIds} AS dispatch_ids,
    ${notes} AS notes, ${records.updated_at},
    (SELECT u.name FROM ${users} u WHERE u.id = ${records.coordinator_id} AND ${isKnown(scope)}) AS coordinator_name
  FROM ${records} WHERE ${where}`;

/** The channels that a record may name: those of the customer's contract. */
export const RECORD_CHANNELS = ["push", "email", "in_app"] as const satisfies readonly Channel[];

type RecordChannel = (typeof RECORD_CHANNELS)[number];

const channels = z.array(z.enum(RECORD_CHANNELS));
const strings = z.array(z.string());

/** The record that `selectDetails` found. @throws 404 */
export function requireRecord([row]: readonly StoredDetail[]): RecordDetail {
  if (row === undefined) throw notFound("notification record");
  return {
    ...row,
    channels_notified: channels.parse(JSON.parse(row.channels_notified)),
    dispatch_ids: strings.parse(JSON.parse(row.dispatch_ids)),
  };
}

/**
 * The condition that a mentor `m` is in the caller's scope: the mentors of a coordinator, or those of an org_admin's
 * organizations.
 */
export const mentorInScope = (scope: Scope): SQL =>
  inScope(scope, { userId: sql`m.coordinator_id`, orgId: sql`m.org_id` });

/** The condition that a record's mentor is in the caller's scope. */
export const recordInScope = (scope: Scope): SQL =>
  scope.kind === "all"
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM ${peerMentors} AS m WHERE m.id = ${records.peer_mentor_id} AND ${mentorInScope(scope)})`;
