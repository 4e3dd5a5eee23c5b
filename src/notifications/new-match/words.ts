import type { BuiltInWords } from "../../content/wording/index.ts";
import { de } from "./words.de.ts";
import { en } from "./words.en.ts";
import { es } from "./words.es.ts";
import { fr } from "./words.fr.ts";
import { nb } from "./words.nb.ts";

/** By language. */
export const words: BuiltInWords<typeof en> = { en, nb, de, fr, es };
