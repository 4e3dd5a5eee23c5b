import { getTableName, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../ctx.ts";
import { parseJson } from "../lib/objects.ts";
import { KEY_ID_LENGTH, keyIdOf, openSecret, sealerOf, sealSecret } from "./vault.ts";

/** A column of sealed texts, in a table whose key is `id`. */
export interface SecretColumn {
  table: SQLiteTable & { id: SQLiteColumn };
  column: SQLiteColumn;
  /** Where the id of the key that sealed it is kept, indexed. Left out: the text itself begins with it, in a small table. */
  sealedBy?: SQLiteColumn;
}

/** Rows that one round trip seals anew, and round trips of one run. */
const PORTION = 100;
const MOST_PORTIONS = 20;

/**
 * Seals anew what the former SECRETS_KEY has sealed, so that it can be deleted. It costs nothing while there is none. A secret
 * that was changed meanwhile stays as it is, and one that cannot be opened is left and logged.
 * @returns how many were sealed anew
 */
export async function resealSecrets(ctx: Ctx, columns: readonly SecretColumn[]): Promise<number> {
  const former = ctx.config.secretsKeys?.previous;
  if (former === undefined) return 0;
  const keyId = await keyIdOf(former);
  let done = 0;
  for (const one of columns) done += await resealColumn(ctx, one, keyId);
  return done;
}

async function resealColumn(ctx: Ctx, secrets: SecretColumn, keyId: string): Promise<number> {
  const { table, column, sealedBy } = secrets;
  const sealer: SQL = sealedBy === undefined ? sql`substr(${column}, 1, ${KEY_ID_LENGTH})` : sql`${sealedBy}`;
  let [after, done] = ["", 0];
  for (let i = 0; i < MOST_PORTIONS; i++) {
    const { rows } = await ctx.db.read({
      rows: sql<{ id: string; secret: string }>`SELECT id, ${column} AS secret FROM ${table}
        WHERE ${sealer} = ${keyId} AND id > ${after} ORDER BY id LIMIT ${PORTION}`,
    });
    const anew = await Promise.all(rows.map((row) => resealed(ctx, getTableName(table), row)));
    const changed = anew.filter((one) => one !== null);
    if (changed.length > 0) await ctx.db.write({ reseal: replace(secrets, changed) });
    done += changed.length;
    after = rows.at(-1)?.id ?? after;
    if (rows.length < PORTION) break;
  }
  return done;
}

interface Resealed {
  id: string;
  /** As it was. */
  former: string;
  secret: string;
  sealed_by: string;
}

function replace({ table, column, sealedBy }: SecretColumn, changed: readonly Resealed[]): SQL<never> {
  const set = [
    sql`${sql.identifier(column.name)} = v.value->>'secret'`,
    ...(sealedBy === undefined ? [] : [sql`${sql.identifier(sealedBy.name)} = v.value->>'sealed_by'`]),
  ];
  return sql<never>`UPDATE ${table} SET ${sql.join(set, sql`, `)}
    FROM (SELECT value FROM json_each(${JSON.stringify(changed)})) AS v
    WHERE ${table.id} = v.value->>'id' AND ${column} = v.value->>'former'`;
}

async function resealed(
  ctx: Ctx,
  table: string,
  { id, secret: former }: { id: string; secret: string },
): Promise<Resealed | null> {
  const opened = await openSecret(ctx, { table, id }, former);
  if (opened === null) {
    ctx.log.warn("secret_unreadable", { table, id });
    return null;
  }
  const secret = await sealSecret(ctx, { table, id }, parseJson(opened));
  return { id, former, secret, sealed_by: sealerOf(secret) };
}
