import { languageOf } from "../locale.ts";
import { en } from "./en.ts";

/** Every text of every mail in one language. */
export type Wording = typeof en;

const WORDINGS: ReadonlyMap<string, Wording> = new Map([[en.language, en]]);

/** The texts for a resolved locale; English where its language has no table yet. */
export const wordingFor = (locale: string): Wording => WORDINGS.get(languageOf(locale)) ?? en;
