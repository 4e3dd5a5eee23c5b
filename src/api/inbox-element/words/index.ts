import { type BuiltInWords, inEachLanguage, sharedWording } from "../../../content/wording/index.ts";
import { de } from "./de.ts";
import { en, type InboxWords } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { nb } from "./nb.ts";

const WORDS: BuiltInWords<InboxWords> = { en, nb, de, fr, es };

/** The same under other names: `{ push: "Push" }` as `{ channel_push: "Push" }`. */
const prefixed = (prefix: string, words: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(words).map(([key, word]) => [`${prefix}_${key}`, word]));

/** All that the element says: its own words, and the names of categories and channels that the mails' pages use. */
const allIn = (own: InboxWords, language: string): Record<string, string> => {
  const { categories, unsubscribe } = sharedWording(language);
  return {
    ...own,
    ...prefixed("category", categories),
    ...prefixed("channel", unsubscribe.matrix.channels),
  };
};

/** The keys of all words, and the words in each language in the order of the keys: so no key is sent five times. */
export const elementWords = (): { keys: string[]; words: Record<string, string[]> } => ({
  keys: Object.keys(allIn(WORDS.en, "en")),
  words: inEachLanguage(WORDS, (own, language) => Object.values(allIn(own, language))),
});
