import { counted } from "../../content/wording/es.ts";
import { matchWords } from "../grants/words.es.ts";
import type { en } from "./words.en.ts";

export const es: typeof en = {
  name: "Avisos de nuevas subvenciones",
  email: {
    subject: (count) => `${counted(count, "nueva subvención", "nuevas subvenciones")} para su perfil`,
    intro: (count) =>
      count.value === 1
        ? "Hemos encontrado una subvención que encaja con su perfil."
        : "Hemos encontrado subvenciones que encajan con su perfil, empezando por la más adecuada.",
    match: matchWords,
    button: "Ver todas las subvenciones",
  },
};
