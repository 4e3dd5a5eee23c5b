import { type SQL, sql } from "drizzle-orm";
import { inScope, orgTree, type Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { addressKey, canonicalAddress } from "../lib/address.ts";

/** What a list of people shows. */
export interface Person {
  id: string;
  org_id: string | null;
  name: string | null;
  email: string | null;
  email_verified: 0 | 1;
}

/**
 * Where a page of people ended. It may hold a name or an address of somebody out of scope, so nobody gets to see it: callers
 * get a cursor of `search-page.ts`.
 */
export interface Position {
  /** Which of the ways to find somebody. */
  way: number;
  key: string;
  id: string;
}

interface Found {
  people: Person[];
  /** Where the next page begins; null after the last. A page may be short, and yet have a next one. */
  next: Position | null;
}

/**
 * So many users are looked at on one way for one page, where not all of them are in scope. No index has organizations and
 * names together, so what an org_admin searches goes through the names of all.
 */
const MOST_LOOKED_AT = 2_000;

/** Longer texts find nobody: no name, address or id is so long. */
const MAX_TEXT = 254;

/** A way to find users: the beginning of a text that has an index. */
interface Way {
  key: SQL;
  from: string;
  /** The condition of its partial index. */
  indexed: SQL;
}

const ID = sql`id`;
const byId = (from: string): Way => ({ key: ID, from, indexed: sql`true` });
const byAddress = (from: string): Way => ({ key: sql`lower(email)`, from, indexed: sql`email IS NOT NULL` });
const byName = (from: string): Way => ({ key: sql`lower(name)`, from, indexed: sql`name IS NOT NULL` });
/** As the index `users_by_last_name` spells it. */
const LAST_NAME = sql`lower(substr(name, length(rtrim(name, replace(name, ' ', ''))) + 1))`;
const byLastName = (from: string): Way => ({ key: LAST_NAME, from, indexed: sql`name LIKE '% %'` });

/** `lower()` of SQLite leaves all letters but A to Z as they are, so a name is tried as it may be spelled. */
function spellings(text: string): string[] {
  const titled = text.toLowerCase().replace(/(^|[\s-])(\p{L})/gu, (letter) => letter.toUpperCase());
  const all = [text, text.toLowerCase(), titled, text.toUpperCase()];
  return [...new Set(all.map((one) => addressKey(one.normalize("NFC"))))];
}

/** The ways to find whom a text means, in the order in which people are shown. */
function waysOf(text: string): readonly Way[] {
  if (text.length > MAX_TEXT || !text.isWellFormed() || text.includes("\0")) return [];
  const address = byAddress(addressKey(canonicalAddress(text) ?? text));
  if (text === "") return [byId("")];
  if (text.includes("@")) return [address, byId(text)];
  const names = spellings(text);
  return [byId(text), ...names.map(byName), ...names.map(byLastName), address];
}

/** The condition that a text begins with that of a way. */
const begins = ({ key, from, indexed }: Way): SQL =>
  sql`(${indexed} AND ${key} >= ${from} AND ${key} < ${`${from}\u{10ffff}`})`;

/** Somebody who was found, where, and whether no way before has found them already. */
type Hit = Person & Position & { is_new: 0 | 1 };

/** What one way finds, and where it goes on; null when it has found all. */
interface Part {
  hits: Hit[];
  more: Position | null;
}

/**
 * The people in scope whose id, name, last name or address begins with a text; all of them for an empty text. Each is found
 * once. One round trip; for an org_admin it looks at 2,000 users on each way at most, and the next page goes on from there.
 */
export async function searchUsers(
  ctx: Ctx,
  scope: Scope,
  text: string,
  { limit, after }: { limit: number; after: Position | null },
): Promise<Found> {
  const ways = waysOf(text.trim());
  const from = after?.way ?? 0;
  const parts = ways.slice(from).map((way, i) => {
    const before = ways.slice(0, from + i);
    return [
      `way${i}`,
      partOf(scope, { ...way, way: from + i, before }, limit, i === 0 ? after : null),
    ] as const;
  });
  const found = await ctx.db.read(Object.fromEntries(parts));
  const people: Person[] = [];
  let last = after;
  for (const { hits, more } of Object.values(found)) {
    for (const { way, key, is_new, ...person } of hits) {
      if (people.length === limit) return { people, next: last };
      if (is_new === 1) people.push(person);
      last = { way, key, id: person.id };
    }
    if (more !== null) return { people, next: more };
  }
  return { people, next: null };
}

const COLUMNS = sql.raw("id, org_id, name, email, email_verified");

/** A way of a search: its number, and those before it. */
type Numbered = Way & { way: number; before: readonly Way[] };

/** What a way finds after a position. Whom another way has found is not left out by SQL: it would have to go through them all. */
function partOf(scope: Scope, way: Numbered, limit: number, after: Position | null): Parsed<Part> {
  const { key } = way;
  const order = key === ID ? ID : sql`${key}, id`;
  // Not compared as a pair: SQLite would not look that up in an index of an expression.
  const isAfter =
    after === null ? sql`true` : sql`${key} >= ${after.key} AND (${key} > ${after.key} OR id > ${after.id})`;
  const where = sql`${begins(way)} AND ${isAfter}`;
  const isNew = sql.join(
    [sql`true`, ...way.before.map((one) => sql`${begins(one)} IS NOT TRUE`)],
    sql` AND `,
  );
  const columns = sql`${COLUMNS}, ${way.way} AS way, ${key} AS key, ${isNew} AS is_new`;
  const limited = sql`ORDER BY ${order} LIMIT ${limit + 1}`;
  const wholly = (hits: SQL<Hit>) => Parsed.of({ hits }, (rows) => part(rows.hits, limit, null));
  if (scope.kind === "all")
    return wholly(sql<Hit>`SELECT ${columns} FROM ${users} WHERE ${where} ${limited}`);
  if (scope.kind === "org" && key === ID)
    return wholly(sql<Hit>`SELECT ${columns} FROM ${users} WHERE id IN (
        SELECT u.id FROM ${orgTree(scope.orgId)} AS t, ${users} AS u WHERE u.id IN (
          SELECT id FROM ${users} WHERE org_id = t.id AND ${where} ${limited})) ${limited}`);
  return Parsed.of(
    {
      hits: sql<Hit>`SELECT * FROM (SELECT ${columns} FROM ${users} WHERE ${where}
          ORDER BY ${order} LIMIT ${MOST_LOOKED_AT}) AS seen
        WHERE ${inScope(scope, { userId: sql`id`, orgId: sql`org_id` })} ORDER BY seen.key, id LIMIT ${limit + 1}`,
      last: sql<Position>`SELECT ${way.way} AS way, ${key} AS key, id FROM ${users} WHERE ${where}
        ORDER BY ${order} LIMIT 1 OFFSET ${MOST_LOOKED_AT - 1}`,
    },
    ({ hits, last }) => part(hits, limit, last[0] ?? null),
  );
}

/** @param end where a way ends that may look no further */
function part(hits: readonly Hit[], limit: number, end: Position | null): Part {
  const shown = hits.slice(0, limit);
  const last = shown.at(-1);
  if (hits.length <= limit || last === undefined) return { hits: shown, more: end };
  return { hits: shown, more: { way: last.way, key: last.key, id: last.id } };
}
