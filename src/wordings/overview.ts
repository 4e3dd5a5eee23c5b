import { type SQL, sql } from "drizzle-orm";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { inJson } from "../db/json.ts";
import { orgs, type WordingChannel, wordings, wordingVersions } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { orgLinesAbove, type OrgSettings, SERVICE } from "../preferences/org-settings.ts";
import { isOwner, mayOwn } from "../preferences/owner.ts";
import { rankedLineOf } from "../types/find.ts";
import type { WordingId } from "./fields.ts";
import { type WordsPlace, wordsPlace } from "./preview-source.ts";
import type { StoredVersion } from "./read.ts";

/** Words without their text. `published`: the version in use; null: none. */
export interface WordsHead {
  type: string;
  channel: WordingChannel;
  org_id: string;
  locale: string;
  published: number | null;
  latest: number;
}

/** No more heads are read for a page. */
const MAX_HEADS = 1_000;

const lineIn = (owner: string) => orgLinesAbove(sql`SELECT id FROM ${orgs} WHERE id = ${owner}`);
const lineOrgOf = (owner: string) => (owner === SERVICE ? null : owner);

/** What an owner has written for some types, and the settings of its line. One round trip. @throws 404 */
export async function ownWordsFor(
  ctx: Ctx,
  scope: Scope,
  owner: string,
  types: readonly string[],
): Promise<{ words: WordsHead[]; line: readonly OrgSettings[] }> {
  const { allowed, lines, words } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    lines: lineIn(owner),
    words: sql<WordsHead>`SELECT type, channel, org_id, locale, published, latest FROM ${wordings}
      WHERE org_id = ${owner} AND ${inJson(wordings.type, types)} LIMIT ${MAX_HEADS}`,
  });
  if (allowed.length === 0) throw notFound("organization");
  return { words, line: lines.of(lineOrgOf(owner)) };
}

/** Words on a line, and how far away their owner is. */
export interface LineWords extends WordsHead {
  /** 0: the owner's own. */
  distance: number;
}

/** A type's words that an owner has or inherits: its own, and the published ones of those above. One round trip. @throws 404 */
export async function wordsOnLine(
  ctx: Ctx,
  scope: Scope,
  owner: string,
  type: string,
  channels: readonly WordingChannel[],
): Promise<LineWords[]> {
  const { allowed, words } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    words: sql<LineWords>`SELECT w.type, w.channel, w.org_id, w.locale, w.published, w.latest,
        iif(w.org_id = ${owner}, 0, line.distance) AS distance
      FROM ${rankedLineOf(owner)} AS line CROSS JOIN ${wordings} AS w ON w.type = ${type}
        AND ${inJson(sql`w.channel`, channels)} AND w.org_id = line.id
      WHERE w.org_id = ${owner} OR w.published IS NOT NULL LIMIT ${MAX_HEADS}`,
  });
  if (allowed.length === 0) throw notFound("organization");
  return words;
}

/** A version without its text. */
export type VersionHead = Omit<StoredVersion, "fields">;

const versionHeads = (
  { type, channel, org_id, locale }: WordingId,
  allowed: SQL,
  before: number | null,
  limit: number,
): SQL<VersionHead> =>
  sql<VersionHead>`SELECT version, created_by, created_at FROM ${wordingVersions}
    WHERE type = ${type} AND channel = ${channel} AND org_id = ${org_id} AND locale = ${locale}
      AND version < ${before ?? Number.MAX_SAFE_INTEGER} AND ${allowed}
    ORDER BY version DESC LIMIT ${limit}`;

/**
 * What somebody needs who edits words: what they stand among, and a page of their versions, the newest first, with one
 * beyond it. One round trip. @param before only older versions; null: from the newest @throws 404, also for the user
 */
export async function readForEditing(
  ctx: Ctx,
  scope: Scope,
  id: WordingId,
  { userId, before, limit }: { userId: string | null; before: number | null; limit: number },
): Promise<{ place: WordsPlace; versions: VersionHead[] }> {
  return ctx.db.read({
    place: wordsPlace(scope, id, { userId, version: null, isDraft: false }),
    versions: versionHeads(id, mayOwn(scope, id.org_id), before, limit + 1),
  });
}
