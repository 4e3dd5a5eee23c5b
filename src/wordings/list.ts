import { sql } from "drizzle-orm";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { wordings } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { isOwner, mayOwn } from "../preferences/owner.ts";
import type { WordingId } from "./fields.ts";
import { selectVersions, selectWording, type StoredVersion, type StoredWording } from "./read.ts";

/** Words in a list: which version is in use, and which is the latest. */
export type ListedWording = Omit<StoredWording, "latest_fields" | "published_fields">;

/** A place in a list of words: type, channel and locale of the last one before. */
export type Place = Pick<WordingId, "type"> & { channel: string; locale: string };

/**
 * A page of an owner's words, by type, channel and locale, and one row beyond it. One round trip.
 * @param type null: of all types @throws 404 for an owner outside the caller's scope
 */
export async function listWordings(
  ctx: Ctx,
  scope: Scope,
  owner: string,
  { type, after, limit }: { type: string | null; after: Place; limit: number },
): Promise<ListedWording[]> {
  // Of one type, SQLite finds the place in the index only by what comes after the type.
  const next =
    type === null
      ? sql`(type, channel, locale) > (${after.type}, ${after.channel}, ${after.locale})`
      : sql`type = ${type} AND (channel, locale) > (${after.channel}, ${after.locale})`;
  const { allowed, rows } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    rows: sql<ListedWording>`SELECT type, channel, org_id, locale, published, published_at, latest, updated_at
      FROM ${wordings} WHERE org_id = ${owner} AND ${next}
      ORDER BY type, channel, locale LIMIT ${limit + 1}`,
  });
  if (allowed.length === 0) throw notFound("organization");
  return rows;
}

/** Words with their fields. One round trip. @throws 404 */
export async function readWording(ctx: Ctx, scope: Scope, id: WordingId): Promise<StoredWording> {
  const { found } = await ctx.db.read({ found: selectWording(id, mayOwn(scope, id.org_id)) });
  const [row] = found;
  if (row === undefined) throw notFound("wording");
  return row;
}

/** A page of versions, the newest first, and one beyond it. One round trip. @param before null: from the newest @throws 404 */
export async function listVersions(
  ctx: Ctx,
  scope: Scope,
  id: WordingId,
  { before, limit }: { before: number | null; limit: number },
): Promise<StoredVersion[]> {
  const { allowed, rows } = await ctx.db.read({
    allowed: selectWording(id, mayOwn(scope, id.org_id)),
    rows: selectVersions(id, before, limit + 1),
  });
  if (allowed.length === 0) throw notFound("wording");
  return rows;
}

/** Two versions. One round trip. @throws 404 when one is not there */
export async function readVersions(
  ctx: Ctx,
  scope: Scope,
  id: WordingId,
  [from, to]: readonly [number, number],
): Promise<[StoredVersion, StoredVersion]> {
  const { allowed, older, newer } = await ctx.db.read({
    allowed: selectWording(id, mayOwn(scope, id.org_id)),
    older: selectVersions(id, from + 1, 1),
    newer: selectVersions(id, to + 1, 1),
  });
  const [[a], [b]] = [older, newer];
  if (allowed.length === 0) throw notFound("wording");
  if (a?.version !== from || b?.version !== to) throw notFound("version");
  return [a, b];
}
