import { type SQL, sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../audit/audit.ts";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { wordings, wordingVersions } from "../db/schema/index.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { isOwner, mayOwn } from "../preferences/owner.ts";
import type { WordingFields, WordingId } from "./fields.ts";
import { selectWording, type StoredWording } from "./read.ts";

/** So many versions are kept, and the published one. */
const MAX_VERSIONS = 100;

/** So many languages has a type on a channel: a claim of its messages reads which there are. */
const MAX_LOCALES = 100;

const isWording = ({ type, channel, org_id, locale }: WordingId): SQL =>
  sql`type = ${type} AND channel = ${channel} AND org_id = ${org_id} AND locale = ${locale}`;

const targetOf = ({ type, channel, org_id, locale }: WordingId) => `${org_id}/${type}/${channel}/${locale}`;

/**
 * Writes a version, unless it is the same as the latest one, and publishes it if asked. One round trip. A repeat of a
 * committed batch finds the same fields, and changes nothing.
 * @throws 404 for an organization outside the caller's scope; 409 `too_many_locales`
 */
export async function putWording(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  id: WordingId,
  fields: WordingFields,
  publish: boolean,
): Promise<StoredWording> {
  const now = ctx.clock.now();
  const json = JSON.stringify(fields);
  const latest = sql`(SELECT max(version) FROM ${wordingVersions} WHERE ${isWording(id)})`;
  const isNew = sql`NOT EXISTS (SELECT 1 FROM ${wordingVersions} WHERE ${isWording(id)}
    AND version = ${latest} AND fields = ${json})`;
  const hasRoom = sql`(EXISTS (SELECT 1 FROM ${wordings} WHERE ${isWording(id)}) OR ${MAX_LOCALES} > (SELECT count(*)
    FROM ${wordings} WHERE type = ${id.type} AND channel = ${id.channel} AND org_id = ${id.org_id}))`;
  const published = publish ? latest : sql`NULL`;
  const { allowed, stored } = await ctx.db.write({
    allowed: isOwner(scope, id.org_id),
    version: sql`INSERT INTO ${wordingVersions} (type, channel, org_id, locale, version, fields, created_by, created_at)
      SELECT ${id.type}, ${id.channel}, ${id.org_id}, ${id.locale}, coalesce(${latest}, 0) + 1, ${json}, ${author.actor}, ${now}
      WHERE ${mayOwn(scope, id.org_id)} AND ${isNew} AND ${hasRoom}`,
    head: sql`INSERT INTO ${wordings} (type, channel, org_id, locale, published, published_at, latest, updated_at)
      SELECT ${id.type}, ${id.channel}, ${id.org_id}, ${id.locale}, ${published}, ${publish ? now : null}, ${latest}, ${now}
      WHERE ${mayOwn(scope, id.org_id)} AND ${latest} IS NOT NULL
      ON CONFLICT (type, channel, org_id, locale) DO UPDATE SET latest = excluded.latest, updated_at = excluded.updated_at,
        published = coalesce(excluded.published, published), published_at = coalesce(excluded.published_at, published_at)
        WHERE latest <> excluded.latest OR (${publish ? 1 : 0} AND published IS NOT excluded.published)`,
    noted: audit({ id: ctx.ids.uuid(), action: "wording.put", target: targetOf(id), ...author }, CHANGED),
    pruned: sql`DELETE FROM ${wordingVersions} WHERE ${isWording(id)} AND version <= ${latest} - ${MAX_VERSIONS}
      AND version IS NOT (SELECT published FROM ${wordings} WHERE ${isWording(id)})`,
    stored: selectWording(id),
  });
  const [row] = stored;
  if (allowed.length === 0) throw notFound("organization");
  // Nothing else keeps it from being written.
  if (row === undefined)
    throw new Failure("conflict", `There are words in ${MAX_LOCALES} languages already.`, {
      code: "too_many_locales",
    });
  return row;
}

/** Publishes a version; an older one rolls back. @throws 404 for a version that is not there */
export async function publishWording(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  id: WordingId,
  version: number,
): Promise<StoredWording> {
  const now = ctx.clock.now();
  const exists = sql`EXISTS (SELECT 1 FROM ${wordingVersions} WHERE ${isWording(id)} AND version = ${version})`;
  const { stored } = await ctx.db.write({
    published: sql`UPDATE ${wordings} SET published = ${version}, published_at = ${now}, updated_at = ${now}
      WHERE ${isWording(id)} AND ${mayOwn(scope, id.org_id)} AND ${exists} AND published IS NOT ${version}`,
    noted: audit(
      { id: ctx.ids.uuid(), action: "wording.publish", target: targetOf(id), detail: { version }, ...author },
      CHANGED,
    ),
    stored: selectWording(id, sql`published = ${version} AND ${mayOwn(scope, id.org_id)}`),
  });
  const [row] = stored;
  if (row === undefined) throw notFound("version");
  return row;
}

/** Takes words out of use, so that they are inherited again; their versions stay. @throws 404 when there are none */
export async function unpublishWording(ctx: Ctx, author: Author, scope: Scope, id: WordingId): Promise<void> {
  const now = ctx.clock.now();
  const { stored } = await ctx.db.write({
    unpublished: sql`UPDATE ${wordings} SET published = NULL, published_at = NULL, updated_at = ${now}
      WHERE ${isWording(id)} AND ${mayOwn(scope, id.org_id)} AND published IS NOT NULL`,
    noted: audit(
      { id: ctx.ids.uuid(), action: "wording.unpublish", target: targetOf(id), ...author },
      CHANGED,
    ),
    stored: selectWording(id, mayOwn(scope, id.org_id)),
  });
  if (stored.length === 0) throw notFound("wording");
}
