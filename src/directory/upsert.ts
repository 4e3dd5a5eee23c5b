import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { type Batch, Parsed, type Rows, type Statement } from "../db/statement.ts";
import { insertRows, JSON_PARAMETER_BYTES } from "../db/json.ts";
import { queuedAmong, wake } from "../outbox/wake.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import { Failure } from "../lib/failure.ts";
import type { Change, Collection, Facts, KeptColumn, Refusal, Value } from "./collection.ts";
import { type Consequences, reactionsTo } from "./reaction.ts";
import { selectRow } from "./read.ts";

/**
 * Creates or replaces one item, with its consequences. One round trip.
 * @throws 400 when the database refuses it, naming the field
 */
export async function upsertOne<F extends Facts, S extends F>(
  ctx: Ctx,
  collection: Collection<F, S>,
  facts: F,
  { notify = true }: { notify?: boolean } = {},
): Promise<{ row: S; created: boolean }> {
  const written = await write(
    ctx,
    collection,
    { rows: [facts], bulk: false, notify },
    { existing: sql`SELECT 1 FROM ${collection.table} WHERE id = ${facts.id}` },
    { found: selectRow(collection, facts.id) },
  );
  if ("refusal" in written) throw refused(written);
  const [row] = written.last.found;
  if (row === undefined) throw new Error(`A ${collection.noun} that was just written is not there`);
  return { row, created: written.first.existing.length === 0 };
}

/** The most tries of a bulk. Each leaves out what the database refused in the one before. */
const MAX_TRIES = 3;

/**
 * Creates or replaces many items, with their consequences. It leaves out what the database refuses and writes the others.
 * One round trip; two more for each refusal.
 * @param rows no two with the same id
 * @param options.whole whether nothing is written when something is refused
 * @returns the refusals, with the rows that were left out
 * @throws 400 when the database refuses some and does not say which
 */
export async function upsertMany<F extends Facts>(
  ctx: Ctx,
  collection: Collection<F>,
  rows: readonly F[],
  { notify = true, whole = false }: { notify?: boolean; whole?: boolean } = {},
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  let left = rows;
  for (let attempt = 1; left.length > 0; attempt++) {
    const written = await write(ctx, collection, { rows: left, bulk: true, notify }, {}, {});
    if (!("refusal" in written)) break;
    const bad = new Set(written.refusal.bad.map(({ id }) => id));
    if (bad.size === 0 || attempt === MAX_TRIES) throw refused(written);
    refusals.push(written.refusal);
    if (whole) break;
    left = left.filter(({ id }) => !bad.has(id));
  }
  return refusals;
}

/** A write that the database refused. */
interface Refused {
  refusal: Refusal;
  cause: unknown;
}

/** Writes a change and its consequences in one batch, with `first` before and `last` after it, and wakes the new dispatches. */
async function write<F extends Facts, S extends F, First extends Batch, Last extends Batch>(
  ctx: Ctx,
  collection: Collection<F, S>,
  change: Change<F>,
  first: First,
  last: Last,
): Promise<{ first: Rows<First>; last: Rows<Last> } | Refused> {
  const { before, after, dispatchIds } = consequencesOf(ctx, collection, change);
  const normalized = (await collection.normalized?.(change.rows)) ?? [];
  const rows = upsertRows(ctx, collection, change.rows, normalized);
  const due = dispatchIds.length > 0 ? [queuedAmong(dispatchIds)] : [];
  try {
    const results = await ctx.db.write({
      first: Parsed.of(first, (found) => found),
      prepared: collection.prepare?.(change) ?? [],
      before,
      rows,
      after,
      due,
      last: Parsed.of(last, (found) => found),
    });
    await wake(ctx, results.due);
    return results;
  } catch (error) {
    const refusal = await collection.refusal?.(ctx, error, change.rows);
    if (refusal == null) throw error;
    return { refusal, cause: error };
  }
}

/** The consequences of all reactions to a change. */
function consequencesOf<F extends Facts, S extends F>(
  ctx: Ctx,
  collection: Collection<F, S>,
  change: Change<F>,
): Required<Consequences> {
  const all = reactionsTo(ctx, collection).map((reaction) => reaction.changed?.(ctx, change) ?? {});
  return {
    before: all.flatMap(({ before = [] }) => before),
    after: all.flatMap(({ after = [] }) => after),
    dispatchIds: all.flatMap(({ dispatchIds = [] }) => dispatchIds),
  };
}

const excluded = (column: string): SQL => sql`excluded.${sql.identifier(column)}`;

/** Inserts or updates the rows. A row that does not change is not written. */
function upsertRows<F extends Facts, S extends F>(
  ctx: Ctx,
  collection: Collection<F, S>,
  rows: readonly Facts[],
  normalized: readonly Readonly<Record<string, Value>>[],
): Statement[] {
  const { table } = collection;
  const kept: Readonly<Record<string, KeptColumn>> = collection.kept?.(ctx.clock.now()) ?? {};
  const initial = Object.fromEntries(
    Object.entries(kept).map(([column, { initial: value }]) => [column, value]),
  );
  const facts = Object.values(getTableColumns(table))
    .map((column) => column.name)
    .filter((name) => name !== "id" && !(name in kept));
  const changes = [
    ...facts.map((column) => sql`${sql.identifier(column)} = ${excluded(column)}`),
    ...Object.entries(kept).flatMap(([column, { changed }]) =>
      changed ? [sql`${sql.identifier(column)} = ${changed}`] : [],
    ),
  ];
  const compared = [...new Set([...facts, ...Object.keys(normalized[0] ?? {})])];
  const different = compared.map(
    (column) => sql`${table}.${sql.identifier(column)} IS NOT ${excluded(column)}`,
  );
  const onConflict = sql`ON CONFLICT (id) DO UPDATE SET ${sql.join(changes, sql`, `)}
    WHERE ${sql.join(different, sql` OR `)}`;
  const portions = chunksByBytes(
    rows.map((row, i) => ({ ...row, ...initial, ...normalized[i] })),
    JSON_PARAMETER_BYTES,
  );
  return portions.map((portion) => insertRows(table, portion, { onConflict }));
}

/** The error for a refused item. */
function refused({ refusal: { code, detail, bad }, cause }: Refused): Failure {
  const errors = bad.map((each) => ({ pointer: `/${each.field}`, detail: each.detail }));
  return new Failure("invalid_request", detail, { code, cause, ...(errors.length > 0 && { errors }) });
}
