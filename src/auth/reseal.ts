import { sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { getTableName } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { parseJson } from "../lib/objects.ts";
import { keyIdOf, openSecret, sealerOf, sealSecret } from "./vault.ts";

/** A table whose rows have a stored secret, and an index by `sealed_by`. */
export interface SecretTable {
  table: SQLiteTable & { id: SQLiteColumn; secret: SQLiteColumn; sealed_by: SQLiteColumn };
}

/** Rows that one round trip seals anew, and round trips of one run. */
const PORTION = 100;
const MOST_PORTIONS = 20;

/**
 * Seals anew what the former SECRETS_KEY has sealed, so that it can be deleted. It costs nothing while there is none. A secret
 * that was changed meanwhile stays as it is, and one that cannot be opened is left and logged.
 * @returns how many were sealed anew
 */
export async function resealSecrets(ctx: Ctx, { table }: SecretTable): Promise<number> {
  const former = ctx.config.secretsKeys?.previous;
  if (former === undefined) return 0;
  const keyId = await keyIdOf(former);
  const name = getTableName(table);
  let [after, done] = ["", 0];
  for (let i = 0; i < MOST_PORTIONS; i++) {
    const { rows } = await ctx.db.read({
      rows: sql<{ id: string; secret: string }>`SELECT id, secret FROM ${table}
        WHERE sealed_by = ${keyId} AND id > ${after} ORDER BY id LIMIT ${PORTION}`,
    });
    const anew = await Promise.all(rows.map((row) => resealed(ctx, name, row)));
    const changed = anew.filter((one) => one !== null);
    if (changed.length > 0)
      await ctx.db.write({
        reseal: sql`UPDATE ${table} SET secret = v.value->>'secret', sealed_by = v.value->>'sealed_by'
          FROM (SELECT value FROM json_each(${JSON.stringify(changed)})) AS v
          WHERE ${table}.id = v.value->>'id' AND ${table}.secret = v.value->>'former'`,
      });
    done += changed.length;
    after = rows.at(-1)?.id ?? after;
    if (rows.length < PORTION) break;
  }
  return done;
}

async function resealed(ctx: Ctx, table: string, { id, secret: former }: { id: string; secret: string }) {
  const opened = await openSecret(ctx, { table, id }, former);
  if (opened === null) {
    ctx.log.warn("secret_unreadable", { table, id });
    return null;
  }
  const secret = await sealSecret(ctx, { table, id }, parseJson(opened));
  return { id, former, secret, sealed_by: sealerOf(secret) };
}
