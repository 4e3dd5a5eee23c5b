import { type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { inScope } from "../../auth/scope.ts";
import { selectWhole } from "../../db/json.ts";
import { Parsed } from "../../db/statement.ts";
import * as tables from "../../db/schema/index.ts";
import { ON_KEPT_DAYS } from "../../log/withheld/count.ts";
import { type Subject, suppressible } from "../subject.ts";
import * as print from "./print.ts";

/** Rows that one statement reads. A message may have many kilobytes. */
const PORTION = 500;
const PORTION_OF_DISPATCHES = 200;

/** Where a section goes on: the key of its last row. */
export type Key = string | number;

/** Rows of a section as they are exported, and where the next portion begins; null after the last. */
export interface Portion {
  rows: readonly object[];
  next: Key | null;
}

/** One list of the document. */
export interface Section {
  readonly table: SQLiteTable;
  /** Reads the rows after a key. */
  portion(after: Key | null): Parsed<Portion>;
}

/** What a section reads, and how it prints a row. Rows come in the order of `key`, which each row has once. */
interface Source<T extends SQLiteTable> {
  table: T;
  where: SQL;
  key: SQL;
  keyOf(row: T["$inferSelect"]): Key;
  print(row: T["$inferSelect"]): object;
  most?: number;
}

const section = <T extends SQLiteTable>({
  table,
  where,
  key,
  most = PORTION,
  ...of
}: Source<T>): Section => ({
  table,
  portion: (after) => {
    const rest = after === null ? sql`true` : sql`${key} > ${after}`;
    const rows = selectWhole(table, sql`${where} AND ${rest} ORDER BY ${key} LIMIT ${most}`);
    return Parsed.of({ rows }, (found): Portion => {
      const last = found.rows.at(-1);
      const isMore = found.rows.length === most && last !== undefined;
      return { rows: found.rows.map((row) => of.print(row)), next: isMore ? of.keyOf(last) : null };
    });
  },
});

type WithId = { id: string };
const byId = { key: sql`id`, keyOf: (row: WithId) => row.id };

/**
 * The lists of an export. What belongs to the user is all of it; of what names the user, and belongs to others, it is what
 * the caller may see. A test finds a table that is neither here nor left out with a reason.
 */
export function sectionsOf({ id, scope }: Subject, isForStaff: boolean): Readonly<Record<string, Section>> {
  const owned = sql`user_id = ${id}`;
  const seen = (orgId: string) => inScope(scope, { userId: sql`${id}`, orgId: sql.raw(orgId) });
  const coordinated = sql`coordinator_id = ${id}`;
  return {
    devices: section({
      table: tables.deviceTokens,
      where: owned,
      key: sql`id`,
      keyOf: (row) => row.id,
      print: print.device,
    }),
    chat_connections: section({
      ...byId,
      table: tables.chatConnections,
      where: owned,
      print: print.chatConnection,
    }),
    suppressions: section({
      table: tables.suppressions,
      where: sql`email IN ${suppressible({ id, scope })}`,
      key: sql`email`,
      keyOf: (row) => row.email,
      print: print.suppression,
    }),
    topics: section({
      table: tables.topics,
      where: sql`uuid IN (SELECT topic FROM ${tables.topicSubscribers} WHERE ${owned}) AND ${seen("org_id")}`,
      key: sql`uuid`,
      keyOf: (row) => row.uuid,
      print: print.topic,
    }),
    certifications: section({
      ...byId,
      table: tables.certifications,
      where: owned,
      print: print.certification,
    }),
    activities: section({ ...byId, table: tables.activities, where: owned, print: print.activity }),
    applications: section({ ...byId, table: tables.applications, where: owned, print: print.application }),
    matches: section({ ...byId, table: tables.matches, where: owned, print: print.match }),
    stats_subscriptions: section({
      ...byId,
      table: tables.statsSubscriptions,
      where: owned,
      print: print.subscription,
    }),
    schedules: section({
      table: tables.userSchedules,
      where: owned,
      key: sql`kind`,
      keyOf: (row) => row.kind,
      print: print.schedule,
    }),
    withheld: section({
      table: tables.withheld,
      where: sql`${ON_KEPT_DAYS} AND ${owned}`,
      key: sql`printf('%08d %s %s %s', day, type, channel, reason)`,
      keyOf: (row) => [String(row.day).padStart(8, "0"), row.type, row.channel, row.reason].join(" "),
      print: print.withheld,
    }),
    email_totals: section({
      table: tables.emailTotals,
      where: owned,
      key: sql`type || ' ' || status`,
      keyOf: (row) => `${row.type} ${row.status}`,
      print: print.total,
    }),
    coordinator_of: section({
      ...byId,
      table: tables.peerMentors,
      where: sql`${coordinated} AND ${seen("org_id")}`,
      print: print.mentor,
    }),
    notification_records: section({
      ...byId,
      table: tables.notificationRecords,
      where: sql`${coordinated} AND peer_mentor_id IN
        (SELECT m.id FROM ${tables.peerMentors} AS m WHERE m.id = peer_mentor_id AND ${seen("m.org_id")})`,
      print: print.record,
    }),
    events_caused: section({
      ...byId,
      table: tables.events,
      where: sql`actor = ${id} AND ${seen("org_id")}`,
      print: print.event,
    }),
    dispatches: dispatchesOf({ id, scope }, isForStaff),
  };
}

/** Channel by channel, since that is how the index has a user's messages. */
function dispatchesOf({ id, scope }: Pick<Subject, "id" | "scope">, isForStaff: boolean): Section {
  const isSeen = inScope(scope, { userId: sql`user_id`, orgId: sql`+org_id` });
  return {
    table: tables.dispatches,
    portion: (after) => {
      const [channel = "", last = ""] = String(after ?? "").split(" ");
      const page = sql`user_id = ${id} AND (channel, id) > (${channel}, ${last}) AND ${isSeen}
        ORDER BY channel, id LIMIT ${PORTION_OF_DISPATCHES}`;
      return Parsed.of(
        {
          rows: selectWhole(tables.dispatches, page),
          deliveries: selectWhole(
            tables.deliveries,
            sql`dispatch_id IN (SELECT id FROM ${tables.dispatches} WHERE ${page})`,
          ),
        },
        ({ rows, deliveries }): Portion => {
          const of = Map.groupBy(deliveries, (delivery) => delivery.dispatch_id);
          const end = rows.length === PORTION_OF_DISPATCHES ? rows.at(-1) : undefined;
          return {
            rows: rows.map((row) => print.dispatch(row, of.get(row.id) ?? [], isForStaff)),
            next: end === undefined ? null : `${end.channel} ${end.id}`,
          };
        },
      );
    },
  };
}

/** What there is once: the user's facts and preferences. */
export const singlesOf = (id: string) => ({
  user: Parsed.of({ rows: selectWhole(tables.users, sql`id = ${id}`) }, ({ rows: [row] }) =>
    row === undefined ? null : print.user(row),
  ),
  preferences: Parsed.of({ rows: selectWhole(tables.preferences, sql`user_id = ${id}`) }, ({ rows: [row] }) =>
    row === undefined ? null : print.preferences(row),
  ),
});
