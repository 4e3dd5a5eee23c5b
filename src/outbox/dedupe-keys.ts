import { type SQL, sql } from "drizzle-orm";
import { dedupeKeys } from "../db/schema/index.ts";

// The form of every dedupe key: its kind and its parts, with a `:` between them. These texts must stay as they are: a key
// that a deployed database has in another form would be used again, and a message sent twice. An id of the directory may
// contain a `:`. It is encoded in keys with two ids and in keys that are searched by user; elsewhere only parts without a
// `:` follow it. The keys of a notification type are in its folder.

/** The dedupe keys of a notification type, as data. */
export interface KeyForm {
  /** What they begin with, without the `:` that follows it. Types that notify of the same thing share it. */
  readonly kind: string;
  /**
   * Where they name the user, so that erasing the user removes them: the part after the kind is the user's id (`part`), the
   * id unencoded is all that follows (`rest`), or they do not name the user (null).
   */
  readonly user: "part" | "rest" | null;
}

/** An id of the directory, encoded as a part of a key. */
export const part = encodeURIComponent;

/** `part` in SQL. */
export const partInSql = (id: SQL): SQL => sql`replace(replace(${id}, ':', '%3A'), '@', '%40')`;

/** A key in SQL. */
export const keyInSql = (kind: string, ...parts: readonly SQL[]): SQL =>
  sql`(${sql.join([sql.raw(`'${kind}'`), ...parts.map((one) => sql`(${one})`)], sql` || ':' || `)})`;

/** The condition that `key` begins with the parts in `begin`. `;` is the character after `:`. */
export const isWithin = (key: SQL, begin: string): SQL =>
  sql`(${key} >= ${`${begin}:`} AND ${key} < ${`${begin};`})`;

/** The condition that the key of `o` is of a kind. */
export const isOfKind = (kind: string): SQL => sql.raw(`o.key >= '${kind}:' AND o.key < '${kind};'`);

/** All that follows the kind in a key. */
export const restOf = (kind: string, key: SQL = sql`o.key`): SQL =>
  sql`substr(${key}, ${sql.raw(String(`${kind}:`.length + 1))})`;

/** The nth part of a key `o.key`, decoded. An id of the directory has no other characters that `part` encodes. */
export const partOfKey = (n: number): SQL =>
  sql`replace(replace(('["' || replace(o.key, ':', '","') || '"]')->>${sql.raw(String(n))}, '%3A', ':'), '%40', '@')`;

/** The condition that a dedupe key of one of these forms names this user. */
export function namesUser(forms: readonly KeyForm[], userId: string): SQL {
  const conditions = forms.flatMap(({ kind, user }) => {
    if (user === "part") return [isWithin(sql`${dedupeKeys.key}`, `${kind}:${part(userId)}`)];
    return user === "rest" ? [sql`${dedupeKeys.key} = ${`${kind}:${userId}`}`] : [];
  });
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` OR `)})`;
}

/** That a failed dispatch was followed by one on another channel. */
export const fallbackKey = (dispatchId: SQL): SQL => keyInSql("fallback", dispatchId);
