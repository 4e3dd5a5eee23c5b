import type { BuiltInWords } from "../../content/wording/index.ts";
import * as de from "./words.de.ts";
import * as en from "./words.en.ts";
import * as es from "./words.es.ts";
import * as fr from "./words.fr.ts";
import * as nb from "./words.nb.ts";

type PauseWords = typeof en.activated;

/** A mentor pauses: by language. */
export const activated: BuiltInWords<PauseWords> = {
  en: en.activated,
  nb: nb.activated,
  de: de.activated,
  fr: fr.activated,
  es: es.activated,
};

/** A mentor is back: by language. */
export const deactivated: BuiltInWords<PauseWords> = {
  en: en.deactivated,
  nb: nb.deactivated,
  de: de.deactivated,
  fr: fr.deactivated,
  es: es.deactivated,
};
