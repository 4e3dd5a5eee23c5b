import { sql } from "drizzle-orm";
import { inScope, type Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { orgs, users, type WordingHead, wordings } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { notFound } from "../lib/failure.ts";
import { idsOf, localeOf, orgLinesAbove, type OrgSettings, SERVICE } from "../preferences/org-settings.ts";
import { isOwner } from "../preferences/owner.ts";
import { rankedLineOf } from "../types/find.ts";
import { chooseWording, localesToTry } from "./choose.ts";
import type { WordingFields, WordingId } from "./fields.ts";
import { parsedOrNull, parseStored } from "./load.ts";
import { type ParsedWording, parseWording } from "./parse.ts";
import type { PreviewReader } from "./preview.ts";
import { selectVersions, selectWording, type StoredVersion, type StoredWording } from "./read.ts";

/** Where the words of a preview come from. */
export type PreviewSource = "draft" | "version" | "inherited" | "built_in";

/** Which words are shown: these fields, or this version; neither: the owner's latest, or what it inherits. */
export interface PreviewWanted {
  fields: WordingFields | null;
  version: number | null;
  /** The languages of the type's built-in words. */
  builtIn: readonly string[];
}

/** What words stand among: the settings that hold for their owner, and the other words that there are. */
export interface WordsPlace {
  /** Of the owner and of those above. */
  line: readonly OrgSettings[];
  /** Null: nobody was named. */
  reader: PreviewReader | null;
  own: StoredWording | null;
  asked: StoredVersion | null;
  /** Published on the line, in any language. */
  heads: readonly WordingHead[];
}

/**
 * Reads it, as a part of a batch. Its parts are null or empty where they were not asked for.
 * @param wanted.isDraft only the fields that the caller has are shown: no stored ones are read
 * @throws 404 for an owner or a user outside the caller's scope
 */
export const wordsPlace = (
  scope: Scope,
  id: WordingId,
  { userId, version, isDraft }: { userId: string | null; version: number | null; isDraft: boolean },
): Parsed<WordsPlace> =>
  Parsed.of(
    {
      allowed: isOwner(scope, id.org_id),
      lines: orgLinesAbove(sql`SELECT id FROM ${orgs} WHERE id = ${id.org_id}`),
      readers:
        userId === null
          ? []
          : [
              sql<PreviewReader>`SELECT id, name, locale, timezone FROM ${users}
                WHERE id = ${userId} AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
            ],
      own: isDraft ? [] : [selectWording(id)],
      versions: version === null ? [] : [selectVersions(id, version + 1, 1)],
      heads: isDraft
        ? []
        : [
            sql<WordingHead>`SELECT type, channel, org_id, locale, published AS version, published_at FROM ${wordings}
              WHERE type = ${id.type} AND channel = ${id.channel} AND org_id IN (SELECT id FROM ${rankedLineOf(id.org_id)}) AND published IS NOT NULL`,
          ],
    },
    ({ allowed, lines, readers: [reader], own: [own], versions: [asked], heads }) => {
      if (allowed.length === 0) throw notFound("organization");
      if (userId !== null && reader === undefined) throw notFound("user");
      return {
        line: lines.of(id.org_id === SERVICE ? null : id.org_id),
        reader: reader ?? null,
        own: own ?? null,
        asked: asked ?? null,
        heads,
      };
    },
  );

/** The words of a preview, and whose they are. `words`: null where the built-in words are used, or where there are none. */
export interface WordsFound {
  source: PreviewSource;
  version: number | null;
  /** Of inherited words; `""`: the service. */
  owner: string | null;
  words: ParsedWording | null;
  /** Their fields, as they were written: JSON. */
  fields: string | null;
}

/**
 * The words of a preview. At most one round trip, for inherited words.
 * @throws 404 for a version that is not there; WordingError for fields that cannot be parsed
 */
export async function wordsToPreview(
  ctx: Ctx,
  id: WordingId,
  { line, own, asked, heads }: WordsPlace,
  { fields, version, builtIn }: PreviewWanted,
): Promise<WordsFound> {
  const { channel, locale } = id;
  if (fields !== null)
    return {
      source: "draft",
      version: null,
      owner: null,
      fields: JSON.stringify(fields),
      words: parseWording(channel, locale, fields),
    };
  if (version !== null) {
    if (asked?.version !== version) throw notFound("version");
    const words = parseStored(channel, locale, asked.fields);
    return { source: "version", version, owner: null, words, fields: asked.fields };
  }
  if (own !== null && own.latest_fields !== null) {
    const fields = own.latest_fields;
    const words = parseStored(channel, locale, fields);
    return { source: "version", version: own.latest, owner: null, words, fields };
  }
  const builtInWords = { source: "built_in", version: null, owner: null, words: null, fields: null } as const;
  const head = chooseWording(heads, idsOf(line), localesToTry(locale, localeOf(line)), builtIn);
  if (head === null) return builtInWords;
  const { found } = await ctx.db.read({ found: selectVersions(head, head.version + 1, 1) });
  const [stored] = found;
  if (stored?.version !== head.version) return builtInWords;
  const words = parsedOrNull(ctx, head, stored.fields);
  if (words === null) return builtInWords;
  return { source: "inherited", version: head.version, owner: head.org_id, words, fields: stored.fields };
}
