/** The longest subject that we send, in UTF-16 units. */
export const SUBJECT_MAX = 200;

const LINE_ENDS = /\r\n?|[\u2028\u2029\u0085\v\f]/gu;
const CONTROLS = /[^\P{Cc}\n]/gu;
/** Overrides, embeddings and isolates. A name that contains them could reorder the text around it. */
export const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/gu;
const RTL_LETTERS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The same as `cleanText`, but blanks at both ends stay. */
export const cleanPart = (text: string): string =>
  text.toWellFormed().replace(LINE_ENDS, "\n").replace(CONTROLS, " ").replace(BIDI_CONTROLS, "");

/** Makes text from outside harmless for any part of a mail: well-formed, without bidi controls and controls other than LF. */
export const cleanText = (text: string): string => cleanPart(text).trim();

/** The same on one line. */
export const cleanLine = (text: string): string => cleanText(text).replace(/\s+/gu, " ");

let segmenter: Intl.Segmenter | undefined;
/** Made at its first use, because that is slow. */
const graphemes = () => (segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" }));

/** Cuts `text` to at most `max` UTF-16 units, between graphemes. A cut text ends with "…". */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = "";
  for (const { segment } of graphemes().segment(text)) {
    if (kept.length + segment.length > max - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** White space but for no-break spaces: "−33 %" and French punctuation need those. */
const BREAKING_SPACES = /[^\S\u00a0\u202f]+/gu;

/** Puts a text on one line of at most `max` units. The text must have been cleaned. */
export const oneLine = (text: string, max: number): string =>
  cut(text.replace(BREAKING_SPACES, " ").trim(), max);

/** Makes a subject line of a cleaned text. */
export const toSubject = (text: string): string => oneLine(text, SUBJECT_MAX);

/** The subject that a caller asked for (`custom_subject`), made safe. */
export const customSubject = (text: string): string => toSubject(cleanText(text));

/** For programs and for places that show isolates as boxes. */
export const stripIsolates = (text: string): string => text.replaceAll(/[\u2066-\u2069]/gu, "");

export type Direction = "ltr" | "rtl";

/** `value` for a sentence that runs in `direction`. It is isolated (FSI … PDI) where it could disturb the sentence. */
export const isolate = (value: string, direction: Direction): string =>
  direction === "rtl" || RTL_LETTERS.test(value) ? `\u2068${value}\u2069` : value;
