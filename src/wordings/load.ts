import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { type WordingChannel, type WordingHead, wordingVersions } from "../db/schema/index.ts";
import { wordingKey } from "./choose.ts";
import { WORDING_FIELDS } from "./fields.ts";
import { type ParsedWording, parseWording } from "./parse.ts";

/** Words that an isolate keeps. Version and time of publishing name a text for ever, so nothing is ever out of date. */
const KEPT = 300;
const kept = new Map<string, ParsedWording | null>();

/**
 * Parsed words, by `wordingKey`. What this isolate has is not read again; everything else takes one round trip together.
 * Words that cannot be parsed (any more) are missing, and reported.
 */
export async function loadWordings(
  ctx: Ctx,
  heads: readonly WordingHead[],
): Promise<ReadonlyMap<string, ParsedWording>> {
  const wanted = new Map(heads.map((head) => [wordingKey(head), head]));
  const found = new Map<string, ParsedWording>();
  const missing: { key: string; head: WordingHead }[] = [];
  for (const [key, head] of wanted) {
    const known = kept.get(key);
    if (known === undefined) missing.push({ key, head });
    else if (known !== null) found.set(key, known);
  }
  if (missing.length === 0) return found;
  const { rows } = await ctx.db.read({
    rows: sql<{ i: number; fields: string }>`SELECT j.key AS i, v.fields
      FROM json_each(${JSON.stringify(missing.map(({ head }) => head))}) AS j
      JOIN ${wordingVersions} AS v ON v.type = j.value->>'type' AND v.channel = j.value->>'channel'
        AND v.org_id = j.value->>'org_id' AND v.locale = j.value->>'locale' AND v.version = j.value->>'version'`,
  });
  for (const { i, fields } of rows) {
    const one = missing[i];
    if (one === undefined) continue;
    const parsed = parsedOrNull(ctx, one.head, fields);
    keep(one.key, parsed);
    if (parsed !== null) found.set(one.key, parsed);
  }
  return found;
}

/** Words of customers as they are stored; null, and a report, where they cannot be parsed any more. */
export function parsedOrNull(ctx: Ctx, head: WordingHead, fields: string): ParsedWording | null {
  try {
    return parseStored(head.channel, head.locale, fields);
  } catch (error) {
    ctx.log.error("wording_unusable", error, {
      type: head.type,
      channel: head.channel,
      version: head.version,
    });
    return null;
  }
}

/** Parses stored words. @throws if they do not fit the channel, or cannot be parsed */
export const parseStored = <C extends WordingChannel>(
  channel: C,
  locale: string,
  fields: string,
): ParsedWording<C> => parseWording(channel, locale, WORDING_FIELDS[channel].parse(JSON.parse(fields)));

function keep(key: string, parsed: ParsedWording | null): void {
  const [oldest] = kept.keys();
  if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(key, parsed);
}
