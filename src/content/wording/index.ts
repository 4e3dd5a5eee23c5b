import { languageOf } from "../locale.ts";
import { en } from "./en.ts";

/** The texts that all mails and pages share, in one language. */
export type Wording = typeof en;

/** Texts by language; English is always there. */
export type Words<W> = { readonly en: W } & { readonly [language: string]: W };

const WORDINGS: Words<Wording> = { en };

/** Texts in a language; in English where they have none in it. */
export const wordsIn = <W>(words: Words<W>, language: string): W =>
  Object.hasOwn(words, language) ? (words[language] ?? words.en) : words.en;

/**
 * The shared texts for a message with these words: in the reader's language where both have it, else in English, so that
 * no mail is in two languages.
 * @param locale resolved
 */
export function wordingFor(locale: string, words: Words<unknown>): Wording {
  const language = languageOf(locale);
  return Object.hasOwn(words, language) ? wordsIn(WORDINGS, language) : WORDINGS.en;
}

/** The shared texts for what has no words but these. @param locale resolved */
export const sharedWording = (locale: string): Wording => wordsIn(WORDINGS, languageOf(locale));
