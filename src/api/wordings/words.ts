import type { Author } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import type { NotificationTypes } from "../../content/index.ts";
import type { Ctx } from "../../ctx.ts";
import type { WordingChannel } from "../../db/schema/index.ts";
import { fieldErrors } from "../../http/field-errors.ts";
import { type FieldError, invalid } from "../../lib/failure.ts";
import { WORDING_FIELDS, type WordingFields, type WordingId } from "../../wordings/fields.ts";
import { type ParsedWording, parseWording } from "../../wordings/parse.ts";
import type { Preview } from "../../wordings/preview.ts";
import {
  type WordsFound,
  type WordsPlace,
  wordsPlace,
  wordsToPreview,
} from "../../wordings/preview-source.ts";
import type { StoredWording } from "../../wordings/read.ts";
import { type WordedType, wordedType } from "../../wordings/worded-type.ts";
import { putWording } from "../../wordings/write.ts";
import { previewed, refuse, warningsOf } from "./review.ts";

/** What words are written and shown with. */
export interface WordsDeps {
  types: Pick<NotificationTypes, "get">;
  config: { publicUrl: string };
}

const NOBODY = { id: "", name: null, timezone: null };

/** The fields of a channel. @param at where they stand in the body @throws 400 for others, or for missing ones */
function fieldsFor(channel: WordingChannel, given: unknown, at = ""): WordingFields {
  const { success, data, error } = WORDING_FIELDS[channel].safeParse(given);
  if (success) return data;
  throw invalid(
    [...fieldErrors(error, "json", given)].map((fault) => ({ ...fault, pointer: `${at}${fault.pointer}` })),
  );
}

/** @throws 400 for a channel on which the type has no words */
export function requireChannel({ channels }: WordedType, channel: WordingChannel): void {
  if (channels.includes(channel)) return;
  throw invalid([{ pointer: "channel", detail: `must be one of ${channels.join(", ")} for this type` }]);
}

function parsed({ channel, locale }: WordingId, fields: WordingFields): ParsedWording {
  try {
    return parseWording(channel, locale, fields);
  } catch (error) {
    return refuse(error);
  }
}

/**
 * Writes a version of words for a type, and publishes it if asked. One round trip.
 * @param given the fields, as they came @returns also what may be a mistake in them
 * @throws 400 naming each bad field, with line and column; 404; 409 `too_many_locales`
 */
export async function writeWords(
  ctx: Ctx,
  { config }: Pick<WordsDeps, "config">,
  author: Author,
  scope: Scope,
  id: WordingId,
  worded: WordedType,
  given: unknown,
  publish: boolean,
): Promise<{ stored: StoredWording; warnings: FieldError[] }> {
  requireChannel(worded, id.channel);
  const fields = fieldsFor(id.channel, given);
  const words = parsed(id, fields);
  const { type, isBuiltIn, sample: data } = worded;
  const reader = { ...NOBODY, locale: id.locale };
  const [home, now] = [config.publicUrl, ctx.clock.now()];
  const shown =
    data === null
      ? null
      : previewed(id.channel, { type, isBuiltIn, words, data, reader, line: [], home, now });
  const stored = await putWording(ctx, author, scope, id, fields, publish);
  return { stored, warnings: warningsOf(words, worded, shown) };
}

/** What is to be shown, as it came. */
export interface ShowWanted {
  /** Undefined: the type's sample. */
  data?: Record<string, unknown> | undefined;
  /** Who reads it; undefined: somebody without a name. */
  userId?: string | undefined;
  /** Words that are not written yet. */
  fields?: unknown;
  version?: number | undefined;
}

/** Words as a reader gets them, and where they come from. */
export interface ShownWords extends WordsFound {
  preview: Preview;
  /** What may be a mistake in words that customers have written. */
  warnings: FieldError[];
}

/**
 * Renders words as a reader gets them. Two round trips, one for a built-in type, one more for inherited words.
 * @throws 400 naming each bad field, with line and column; 404
 */
export async function showWords(
  ctx: Ctx,
  deps: WordsDeps,
  scope: Scope,
  id: WordingId,
  wanted: ShowWanted,
): Promise<ShownWords> {
  const worded = await wordedType(ctx, deps.types, scope, id.org_id, id.type);
  requireChannel(worded, id.channel);
  const checked = checkedFor(worded, id, wanted);
  const { fields, version } = checked;
  const { place } = await ctx.db.read({
    place: wordsPlace(scope, id, { userId: wanted.userId ?? null, version, isDraft: fields !== null }),
  });
  return showFound(ctx, deps, id, worded, place, checked);
}

/** What is to be shown, checked. */
export interface Showable {
  data: Readonly<Record<string, unknown>>;
  /** Null: what is stored, or inherited. */
  fields: WordingFields | null;
  version: number | null;
}

/** @throws 400 naming each bad field, and for data that does not fit the type */
export const checkedFor = (
  worded: WordedType,
  { channel }: WordingId,
  wanted: Omit<ShowWanted, "userId">,
): Showable => ({
  data: dataFor(worded, wanted),
  fields: wanted.fields === undefined ? null : fieldsFor(channel, wanted.fields, "/fields"),
  version: wanted.version ?? null,
});

/** @throws 400 for data that does not fit the type, and where there is none */
function dataFor(worded: WordedType, wanted: Pick<ShowWanted, "data">): Readonly<Record<string, unknown>> {
  const data = wanted.data ?? worded.sample;
  if (data === null) throw invalid([{ pointer: "/data", detail: "is required: the type has no sample" }]);
  const faults = worded.faultsIn(data);
  if (faults.length === 0) return data;
  throw invalid(faults.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail })));
}

/** Renders words whose place has been read. At most one round trip. @throws as `showWords` */
export async function showFound(
  ctx: Ctx,
  { config }: Pick<WordsDeps, "config">,
  id: WordingId,
  worded: WordedType,
  place: WordsPlace,
  { data, fields, version }: Showable,
): Promise<ShownWords> {
  const { type, isBuiltIn } = worded;
  const builtIn = isBuiltIn ? Object.keys(type.words) : [];
  // What is wrong with words that are stored is told by their fields' names.
  const at = fields === null ? "" : "/fields";
  const found = await wordsToPreview(ctx, id, place, { fields, version, builtIn }).catch((error: unknown) =>
    refuse(error, at),
  );
  const reader = place.reader ?? { ...NOBODY, locale: null };
  const shown = previewed(
    id.channel,
    {
      type,
      isBuiltIn,
      words: found.words,
      data,
      line: place.line,
      reader: { ...reader, locale: reader.locale ?? id.locale },
      home: config.publicUrl,
      now: ctx.clock.now(),
    },
    at,
  );
  if (shown === null) {
    const why = isBuiltIn ? "built-in words are shown for e-mails only" : "nobody has written these words";
    throw invalid([{ pointer: "/fields", detail: `is required: ${why}` }]);
  }
  const warnings = found.words === null ? [] : warningsOf(found.words, worded, shown);
  return { ...found, preview: shown, warnings };
}
