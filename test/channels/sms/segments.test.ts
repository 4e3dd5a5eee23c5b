import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { segmentsOf } from "../../../src/channels/sms/segments.ts";

const of = (text: string) => {
  const { encoding, units, segments } = segmentsOf(text);
  return [encoding, units, segments];
};

describe("a text", () => {
  test.each([
    ["", ["gsm7", 0, 1]],
    ["a".repeat(160), ["gsm7", 160, 1]],
    ["a".repeat(161), ["gsm7", 161, 2]],
    ["a".repeat(306), ["gsm7", 306, 2]],
    ["a".repeat(307), ["gsm7", 307, 3]],
    ["Grüße @ Ærø £5 ¿Qué? ΔΩ", ["gsm7", 23, 1]],
    // The extension table: an escape and a character.
    ["€".repeat(80), ["gsm7", 160, 1]],
    ["€".repeat(81), ["gsm7", 162, 2]],
    ["[x]{y}~\\^|", ["gsm7", 18, 1]],
    ["ç", ["ucs2", 1, 1]],
    ["á".repeat(70), ["ucs2", 70, 1]],
    ["á".repeat(71), ["ucs2", 71, 2]],
    ["👍".repeat(35), ["ucs2", 70, 1]],
    ["👍".repeat(36), ["ucs2", 72, 2]],
    ["`", ["ucs2", 1, 1]],
    ["’", ["ucs2", 1, 1]],
  ])("%j", (text, expected) => {
    expect(of(text)).toEqual(expected);
  });

  test("is not divided within an escape or a pair of surrogates", () => {
    // 152 septets and an escaped character: the escape would be the last septet of the first part.
    expect(of(`${"a".repeat(152)}€${"a".repeat(152)}`)).toEqual(["gsm7", 306, 3]);
    expect(of(`${"á".repeat(66)}👍${"á".repeat(66)}`)).toEqual(["ucs2", 134, 3]);
  });

  test("names what makes it costly, each character once", () => {
    expect(segmentsOf("Don’t – don’t “stop”").costly).toEqual(["’", "–", "“", "”"]);
  });
});

test("a longer text never has fewer segments, and each part is full but the last", () => {
  const characters = fc.constantFrom("a", "€", "á", "👍", "Ω");
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 400 }), characters, (text, more) => {
      const [before, after] = [segmentsOf(text.join("")), segmentsOf([...text, more].join(""))];
      expect(after.segments).toBeGreaterThanOrEqual(before.segments);
      const part = before.encoding === "gsm7" ? 153 : 67;
      expect(before.segments).toBeLessThanOrEqual(Math.ceil(before.units / (part - 1)) || 1);
      expect(before.segments).toBeGreaterThanOrEqual(Math.ceil(before.units / (part + 7)));
    }),
  );
});
