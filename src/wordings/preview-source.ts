import { sql } from "drizzle-orm";
import { inScope, type Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { inJson } from "../db/json.ts";
import { users, type WordingHead, wordings } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { idsOf, localeOf, type OrgSettings } from "../preferences/org-settings.ts";
import { chooseWording, localesToTry, wordingKey } from "./choose.ts";
import type { WordingFields, WordingId } from "./fields.ts";
import { loadWordings, parseStored } from "./load.ts";
import { type ParsedWording, parseWording } from "./parse.ts";
import type { PreviewReader } from "./preview.ts";
import { selectVersions, selectWording } from "./read.ts";

/** Where the words of a preview come from. */
export type PreviewSource = "draft" | "version" | "inherited" | "built_in";

/** Which words are shown: these fields, or this version; neither: the owner's latest, or what it inherits. */
export interface PreviewWanted {
  fields: WordingFields | null;
  version: number | null;
  /** The languages of the type's built-in words. */
  builtIn: readonly string[];
}

/**
 * The words of a preview. Null where the built-in words are used, or where there are none. At most two round trips.
 * @throws 404 for a version that is not there; WordingError for fields that cannot be parsed
 */
export async function wordsToPreview(
  ctx: Ctx,
  id: WordingId,
  line: readonly OrgSettings[],
  { fields, version, builtIn }: PreviewWanted,
): Promise<{ source: PreviewSource; version: number | null; words: ParsedWording | null }> {
  if (fields !== null)
    return { source: "draft", version: null, words: parseWording(id.channel, id.locale, fields) };
  const owners = idsOf(line);
  const { own, versions, heads } = await ctx.db.read({
    own: selectWording(id),
    versions: version === null ? [] : [selectVersions(id, version + 1, 1)],
    heads: sql<WordingHead>`SELECT type, channel, org_id, locale, published AS version, published_at FROM ${wordings}
      WHERE type = ${id.type} AND channel = ${id.channel} AND ${inJson(wordings.org_id, owners)} AND published IS NOT NULL`,
  });
  const [asked] = versions;
  if (version !== null) {
    if (asked?.version !== version) throw notFound("version");
    return { source: "version", version, words: parseStored(id.channel, id.locale, asked.fields) };
  }
  const [latest] = own;
  if (latest !== undefined && latest.latest_fields !== null) {
    const words = parseStored(id.channel, id.locale, latest.latest_fields);
    return { source: "version", version: latest.latest, words };
  }
  const head = chooseWording(heads, owners, localesToTry(id.locale, localeOf(line)), builtIn);
  if (head === null) return { source: "built_in", version: null, words: null };
  const words = (await loadWordings(ctx, [head])).get(wordingKey(head)) ?? null;
  return words === null
    ? { source: "built_in", version: null, words }
    : { source: "inherited", version: head.version, words };
}

/** The user for whom words are shown. One round trip. @throws 404 for a user outside the caller's scope */
export async function readerNamed(ctx: Ctx, scope: Scope, userId: string): Promise<PreviewReader> {
  const { found } = await ctx.db.read({
    found: sql<PreviewReader>`SELECT id, name, locale, timezone FROM ${users}
      WHERE id = ${userId} AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
  });
  const [reader] = found;
  if (reader === undefined) throw notFound("user");
  return reader;
}
