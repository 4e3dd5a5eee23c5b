import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import {
  type Channel,
  CHANNELS,
  orgs as orgsTable,
  ownTypes,
  preferences,
  users,
} from "../db/schema/index.ts";
import { Parsed, type Statement } from "../db/statement.ts";
import { ensureSubject, type Subject, subjectExists, subjectMissing } from "../directory/subject.ts";
import { type FieldError, Failure } from "../lib/failure.ts";
import { ALL, assignmentsOf, type CellChanges } from "./cells.ts";
import { createPreferencesIfMissing } from "./create.ts";
import { type Choices, choiceOf } from "./decide.ts";
import { orgLinesOf } from "./org-settings.ts";
import type { QuietHours } from "./quiet-hours.ts";
import { READER, type ReaderFacts, readerFacts, type ReaderRow } from "./readers.ts";
import { reschedule } from "./reschedule.ts";

/** Categories in which one user may have chosen. */
const MAX_CATEGORIES = 200;

/** What a user may choose, and what counts. */
export interface Matrix extends ReaderFacts {
  userId: string;
  reader: NonNullable<ReaderFacts["reader"]>;
  /** Its columns: each category has a choice for each of them. */
  channels: readonly Channel[];
  categories: Choices;
}

export interface MatrixChange {
  cells: CellChanges;
  /** Null: as the organization has it. Left out: as before. */
  quietHours?: QuietHours | null | undefined;
}

/** The categories of the own types that a user's organization has or inherits. */
const ownCategories = (userId: string): SQL<{ category: string }> =>
  sql<{ category: string }>`WITH RECURSIVE line(id) AS (
      SELECT org_id FROM ${users} WHERE id = ${userId} AND org_id IS NOT NULL
      UNION SELECT o.parent_id FROM ${orgsTable} AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL)
    SELECT DISTINCT t.data->>'category' AS category FROM ${ownTypes} AS t
    WHERE t.org_id IN (SELECT id FROM line UNION SELECT '') LIMIT ${MAX_CATEGORIES}`;

/** Whether anybody has decided something on a channel: then it is shown even where it is not configured (any more). */
const isChosen = ({ reader, orgs }: ReaderFacts, channel: string): boolean =>
  [reader?.cells ?? {}, ...orgs.map(({ defaults }) => defaults)].some((cells) =>
    Object.values(cells).some((row) => row[channel] !== undefined),
  );

/** The channels of a matrix: those that this deployment has, and those on which somebody has decided something. */
const shownChannels = ({ channels }: Pick<Ctx, "channels">, facts: ReaderFacts): Channel[] =>
  CHANNELS.filter((channel) => channels.has(channel) || isChosen(facts, channel));

/** Reads a user's whole matrix; null for a user who is not there. */
export const readMatrix = (
  ctx: Pick<Ctx, "channels">,
  subject: Subject,
  builtIn: readonly string[],
): Parsed<Matrix | null> =>
  Parsed.of(
    {
      found: sql<ReaderRow>`SELECT ${READER} FROM ${users} u LEFT JOIN ${preferences} p ON p.user_id = u.id
        WHERE u.id = ${subject.id} AND ${subjectExists(subject)}`,
      lines: orgLinesOf(sql`(SELECT ${subject.id})`),
      own: ownCategories(subject.id),
    },
    ({ found: [row], lines, own }) => {
      const { reader, orgs } = readerFacts(row, lines);
      if (row === undefined || reader === null) return null;
      const names = [
        ALL,
        ...builtIn,
        ...own.map(({ category }) => category),
        ...orgs.flatMap(({ defaults }) => Object.keys(defaults)),
        ...Object.keys(reader.cells),
      ];
      const channels = shownChannels(ctx, { reader, orgs });
      const rowOf = (category: string) =>
        Object.fromEntries(
          channels.map((channel) => [channel, choiceOf(reader.cells, orgs, category, channel)]),
        );
      return {
        userId: row.id,
        reader,
        orgs,
        channels,
        categories: Object.fromEntries([...new Set(names)].map((name) => [name, rowOf(name)])),
      };
    },
  );

/**
 * A user's whole matrix. One round trip; two for a caller who is not known yet.
 * @param builtIn the categories that the built-in types have
 * @throws 404 outside the scope; 403 for a caller who is no user, 410 for one who was erased
 */
export async function getMatrix(ctx: Ctx, subject: Subject, builtIn: readonly string[]): Promise<Matrix> {
  const { matrix } = await ctx.db.read({ matrix: readMatrix(ctx, subject, builtIn) });
  return matrix ?? write(ctx, subject, { cells: {} }, builtIn);
}

/** Changes some cells, or the quiet hours. Two round trips. @throws as `getMatrix`; 409 for a cell that is locked */
export async function changeMatrix(
  ctx: Ctx,
  subject: Subject,
  change: MatrixChange,
  builtIn: readonly string[],
): Promise<Matrix> {
  const { matrix } = await ctx.db.read({ matrix: readMatrix(ctx, subject, builtIn) });
  if (matrix !== null) refuseLocked(matrix, change.cells);
  const count = new Set([...Object.keys(matrix?.reader.cells ?? {}), ...Object.keys(change.cells)]).size;
  if (count > MAX_CATEGORIES)
    throw new Failure("invalid_request", "These are too many categories.", {
      errors: [{ pointer: "/categories", detail: `must not make more than ${MAX_CATEGORIES} categories` }],
    });
  return write(ctx, subject, change, builtIn);
}

function refuseLocked({ reader, orgs }: Matrix, cells: CellChanges): void {
  const errors: FieldError[] = Object.entries(cells).flatMap(([category, row]) =>
    Object.keys(row).flatMap((channel) => {
      const choice = choiceOf(reader.cells, orgs, category, channel);
      return choice.by === "org" && choice.locked
        ? [{ pointer: `/categories/${category}/${channel}`, detail: "is locked by the organization" }]
        : [];
    }),
  );
  if (errors.length > 0)
    throw new Failure("conflict", "The organization does not let its users change this.", {
      code: "locked",
      errors,
    });
}

async function write(
  ctx: Ctx,
  subject: Subject,
  change: MatrixChange,
  builtIn: readonly string[],
): Promise<Matrix> {
  const { create, why } = await ensureSubject(ctx, subject);
  const { matrix, why: reason } = await ctx.db.write({
    create,
    change: changes(ctx, subject, change),
    why,
    matrix: readMatrix(ctx, subject, builtIn),
  });
  if (matrix === null) throw subjectMissing(subject, reason);
  return matrix;
}

function changes(ctx: Ctx, subject: Subject, { cells, quietHours }: MatrixChange): Statement[] {
  const hours = quietHours === null ? null : JSON.stringify(quietHours);
  const assignments = [
    ...assignmentsOf(cells),
    ...(quietHours === undefined ? [] : [{ column: "quiet_hours", value: sql`${hours}` }]),
  ];
  if (assignments.length === 0) return [];
  const now = ctx.clock.now();
  const set = assignments.map(({ column, value }) => sql`${sql.identifier(column)} = ${value}`);
  return [
    createPreferencesIfMissing(ctx, subject.id, subjectExists(subject)),
    sql`UPDATE ${preferences} SET ${sql.join([...set, sql`updated_at = ${now}`], sql`, `)}
      WHERE user_id = ${subject.id} AND ${subjectExists(subject)}`,
    ...reschedule(sql`SELECT ${subject.id} AS user_id WHERE ${subjectExists(subject)}`, now),
  ];
}
