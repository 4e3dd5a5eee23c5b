// A value that is printed into Markdown or into a URL must stay a value. So each ASCII character but letters and digits is
// replaced by one of a private range, which means nothing to a Markdown parser, and put back when the text has been parsed.

const FIRST = 0xe000;
const SHIELDED = /[\ue000-\ue07f]/gu;
const PLAIN = /[^\P{ASCII}A-Za-z0-9]/gu;
const ISOLATES = /[\u2066-\u2069]/gu;

/** Ends a value that has replaced characters, so that it can be told from the next one. */
const END = "\ue080";
const ENDS = /\ue080/gu;

export function shield(value: string): string {
  const shielded = value.replace(PLAIN, (character) => String.fromCharCode(FIRST + character.charCodeAt(0)));
  return shielded === value ? value : shielded + END;
}

const original = (character: string) => String.fromCharCode(character.charCodeAt(0) - FIRST);

export const unshield = (text: string): string => text.replace(ENDS, "").replace(SHIELDED, original);

/** Removes characters of the private range: a text that has them would come out as another. */
export const withoutShields = (text: string): string => text.replace(SHIELDED, "").replace(ENDS, "");

/**
 * A URL of a template. A value at its beginning stays as it is, since it may be the whole URL; after it, and after a
 * template's own punctuation, a value is percent-encoded, so that it adds neither path nor parameter.
 */
export function unshieldUrl(url: string): string {
  const clean = url.replace(ISOLATES, "");
  const own = /[!-/:-@[-`{-~\ue080]/u.exec(clean)?.index ?? clean.length;
  const rest = clean.slice(own).replace(ENDS, "");
  return unshield(clean.slice(0, own)) + rest.replace(SHIELDED, (character) => encode(original(character)));
}

/** Also what `encodeURIComponent` leaves as it is, but for `-`, `_`, `.` and `~`, which mean nothing in a URL (RFC 3986, §2.3). */
const encode = (character: string): string =>
  /[-_.~]/u.test(character)
    ? character
    : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
