import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalLocale, plainLocale } from "../../src/lib/locale.ts";

test.each([
  ["nb-NO", "nb-NO"],
  ["nb_NO", "nb-NO"],
  ["pt_BR", "pt-BR"],
  ["pt-br", "pt-BR"],
  ["EN", "en"],
  ["zh_hant_tw", "zh-Hant-TW"],
  ["iw", "he"],
  ["ar-EG-u-nu-latn", "ar-EG-u-nu-latn"],
  ["", null],
  [" nb", null],
  ["nb__NO", null],
  ["norsk bokmål", null],
  ["x".repeat(65), null],
  ["-", null],
])("the locale %j is %j", (text, canonical) => {
  expect(canonicalLocale(text)).toBe(canonical);
});

test("a locale is its own spelling once it is spelled, whatever the text", () => {
  const parts = fc.constantFrom("en", "nb", "NO", "Latn", "_", "-", "u", "nu", "x", "1994", "419", "é");
  const texts = fc.oneof(
    fc.string(),
    fc.array(parts).map((some) => some.join("-")),
    fc.array(parts).map((some) => some.join("_")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const locale = canonicalLocale(text);
      if (locale === null) return;
      expect(canonicalLocale(locale)).toBe(locale);
      expect(plainLocale(locale)).toMatch(/^[a-z]{2,8}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/);
    }),
    { numRuns: 1_000 },
  );
});

test("a plain locale keeps nothing in which anyone could write words", () => {
  expect(plainLocale("zh-Hant-TW-u-nu-latn-x-buy-now")).toBe("zh-Hant-TW");
  expect(plainLocale("en")).toBe("en");
});
