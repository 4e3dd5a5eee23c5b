// A value that is printed into Markdown or into a URL must stay a value. So each ASCII character but letters and digits is
// replaced by one of a private range, which means nothing to a Markdown parser, and put back when the text has been parsed.

const FIRST = 0xe000;
const SHIELDED = /[\ue000-\ue07f]/gu;
const PLAIN = /[^\P{ASCII}A-Za-z0-9]/gu;
const ISOLATES = /[\u2066-\u2069]/gu;

export const shield = (value: string): string =>
  value.replace(PLAIN, (character) => String.fromCharCode(FIRST + character.charCodeAt(0)));

const original = (character: string) => String.fromCharCode(character.charCodeAt(0) - FIRST);

export const unshield = (text: string): string => text.replace(SHIELDED, original);

/** Removes characters of the private range: a text that has them would come out as another. */
export const withoutShields = (text: string): string => text.replace(SHIELDED, "");

/**
 * A URL of a template. A value at its beginning stays as it is, since it may be the whole URL; after a template's own
 * punctuation a value is percent-encoded, so that it adds neither path nor parameter.
 */
export function unshieldUrl(url: string): string {
  const clean = url.replace(ISOLATES, "");
  const own = /[!-/:-@[-`{-~]/u.exec(clean)?.index ?? clean.length;
  return (
    unshield(clean.slice(0, own)) +
    clean.slice(own).replace(SHIELDED, (character) => encode(original(character)))
  );
}

/** Also what `encodeURIComponent` leaves as it is, but for `-`, `_`, `.` and `~`, which mean nothing in a URL (RFC 3986, §2.3). */
const encode = (character: string): string =>
  /[-_.~]/u.test(character)
    ? character
    : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
