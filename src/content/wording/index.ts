import { readLanguageOf, resolveLocale } from "../locale.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { nb } from "./nb.ts";

/** The texts that all mails and pages share, in one language. */
export type Wording = typeof en;

/** Texts by language. There must be English ones. */
export type Words<W> = { readonly en: W } & { readonly [language: string]: W };

type BuiltInLanguage = "en" | "nb" | "de" | "fr" | "es";

/** Texts in every language that the product itself speaks. The compiler finds a language that is missing. */
export type BuiltInWords<W> = Readonly<Record<BuiltInLanguage, W>>;

const WORDINGS: BuiltInWords<Wording> = { en, nb, de, fr, es };

/** What the words of each language make. */
export const inEachLanguage = <W, T>(
  { en, nb, de, fr, es }: BuiltInWords<W>,
  make: (words: W, language: BuiltInLanguage) => T,
): BuiltInWords<T> => ({
  en: make(en, "en"),
  nb: make(nb, "nb"),
  de: make(de, "de"),
  fr: make(fr, "fr"),
  es: make(es, "es"),
});

/** The texts in a language, or in English if there are none in it. */
export const wordsIn = <W>(words: Words<W>, language: string): W =>
  Object.hasOwn(words, language) ? (words[language] ?? words.en) : words.en;

/**
 * The locale in which a reader gets these words: the reader's own, if there are words in its language; else the
 * organization's, if there are words in that; else the reader's, which gives English.
 */
export function localeWithWords(
  words: Words<unknown>,
  reader: string | null,
  organization: string | null,
): string | null {
  const has = (locale: string | null) =>
    locale !== null && Object.hasOwn(words, readLanguageOf(resolveLocale(locale)));
  return has(organization) && !has(reader) ? organization : reader;
}

/**
 * The shared texts for a message with these words. They are in the reader's language if both exist in it, else in English,
 * so that no mail mixes two languages.
 * @param locale resolved
 */
export function wordingFor(locale: string, words: Words<unknown>): Wording {
  const language = readLanguageOf(locale);
  return Object.hasOwn(words, language) ? wordsIn(WORDINGS, language) : WORDINGS.en;
}

/** The shared texts for a page that needs no others. @param locale resolved */
export const sharedWording = (locale: string): Wording => wordsIn(WORDINGS, readLanguageOf(locale));

/** The name of a category in a language: "order_updates" of a customer's becomes "Order updates". */
export function categoryName({ categories }: Wording, category: string): string {
  const names: Readonly<Record<string, string>> = categories;
  const known = Object.hasOwn(names, category) ? names[category] : undefined;
  const plain = category.replaceAll("_", " ").trim();
  return known ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** A category's name in every language, where a type's words are asked for. */
export const categoryWords = (category: string): BuiltInWords<{ name: string; email: object }> =>
  inEachLanguage(WORDINGS, (say) => ({ name: categoryName(say, category), email: {} }));
