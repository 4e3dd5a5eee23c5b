import { type SQL, sql } from "drizzle-orm";
import { preferences, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { cellsOf, CHOSEN, type ChosenRow } from "./cells.ts";
import type { Facts, Reader } from "./decide.ts";
import { type OrgLines, orgLinesOf } from "./org-settings.ts";
import { storedQuietHours } from "./quiet-hours.ts";

/** What is read of a user to decide what reaches the user. */
export type ReaderRow = ChosenRow & {
  id: string;
  org_id: string | null;
  name: string | null;
  locale: string | null;
  timezone: string | null;
};

/** The columns of `ReaderRow`, of a user `u` with the preferences `p`. */
export const READER: SQL = sql`u.id, u.org_id, u.name, u.locale, u.timezone, ${CHOSEN}`;

/** Who a user is, and what the decision must know of the user. */
export interface ReaderFacts extends Pick<Facts, "orgs"> {
  /** Null: there is no such user. */
  reader: (Reader & Pick<ReaderRow, "name" | "locale">) | null;
}

/** The facts of a user who was read; of one that is not there when `row` is undefined. */
export const readerFacts = (row: ReaderRow | undefined, lines: OrgLines): ReaderFacts => ({
  reader:
    row === undefined
      ? null
      : {
          name: row.name,
          locale: row.locale,
          timezone: row.timezone,
          cells: cellsOf(row),
          quietHours: storedQuietHours(row.quiet_hours),
        },
  orgs: lines.of(row?.org_id ?? null),
});

/** The facts of users, by id. */
export type Readers = (userId: string) => ReaderFacts;

/** Keeps what was worked out, since a user may have many dispatches in a round. */
export function readersOf(rows: readonly ReaderRow[], lines: OrgLines): Readers {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const known = new Map<string, ReaderFacts>();
  return (userId) => {
    let facts = known.get(userId);
    if (facts === undefined) known.set(userId, (facts = readerFacts(byId.get(userId), lines)));
    return facts;
  };
}

/** Reads the facts of some users: two statements. @param userIds a subquery in parentheses */
export const readReaders = (userIds: SQL): Parsed<Readers> =>
  Parsed.of(
    {
      rows: sql<ReaderRow>`SELECT ${READER} FROM ${users} u LEFT JOIN ${preferences} p ON p.user_id = u.id
        WHERE u.id IN ${userIds}`,
      lines: orgLinesOf(userIds),
    },
    ({ rows, lines }) => readersOf(rows, lines),
  );
