/** How a text is sent: by the GSM 7-bit alphabet, or by UCS-2 (UTF-16), which every character has. */
export type Encoding = "gsm7" | "ucs2";

/** What a text message costs is its segments. */
export interface Segments {
  encoding: Encoding;
  /** Septets or UTF-16 units; a character of GSM's extension table counts two. */
  units: number;
  segments: number;
  /** Characters that GSM does not have, each once: without them the text would be cheaper. */
  costly: readonly string[];
}

/** The default alphabet (3GPP TS 23.038, §6.2.1). The code 27, which leads to the extension table, is none of its characters. */
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Its extension table: each is sent as two septets. */
const EXTENDED = new Set("\f^{}\\[~]|€");

/** What one message holds, and each part of a longer one, whose header takes six octets (3GPP TS 23.040, §9.2.3.24.1). */
const CAPACITY = { gsm7: { single: 160, part: 153 }, ucs2: { single: 70, part: 67 } } as const;

/** So many characters are named at most. */
const MAX_COSTLY = 20;

/** Counts the segments of a text. Nothing is split within a character. A pure function. */
export function segmentsOf(text: string): Segments {
  const characters = Array.from(text);
  const costly = [...new Set(characters.filter((one) => !BASIC.has(one) && !EXTENDED.has(one)))];
  const encoding: Encoding = costly.length === 0 ? "gsm7" : "ucs2";
  const sizes = characters.map((one) => (encoding === "ucs2" ? one.length : EXTENDED.has(one) ? 2 : 1));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { single, part } = CAPACITY[encoding];
  const segments = units <= single ? 1 : partsOf(sizes, part);
  return { encoding, units, segments, costly: costly.slice(0, MAX_COSTLY) };
}

/** An escape or a pair of surrogates that does not fit into a part goes whole into the next. */
function partsOf(sizes: readonly number[], capacity: number): number {
  let [parts, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > capacity) [parts, used] = [parts + 1, 0];
    used += size;
  }
  return parts;
}
