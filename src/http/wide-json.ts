const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Where the string that starts at `start` ends; the end of the text when it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/**
 * Whether an object in this JSON has more than `max` fields. It counts without parsing: parsing an object of half a million
 * keys takes more than a second. For text that is not JSON the answer means nothing.
 */
export function isWiderThan(max: number, text: string): boolean {
  // The fields counted so far in each open object; open lists count 0, since they have no colons.
  const fields = [0];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // `{` and `[`, `}` and `]` differ in one bit.
    const bracket = code | 0x20;
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COLON) {
      const count = (fields[depth] ?? 0) + 1;
      if (count > max) return true;
      fields[depth] = count;
    } else if (bracket === 0x7b) fields[++depth] = 0;
    else if (bracket === 0x7d && depth > 0) depth--;
  }
  return false;
}
