import { counted } from "../../content/wording/es.ts";
import { deadlineWords, matchWords } from "../grants/words.es.ts";
import type { en } from "./words.en.ts";

export const es: typeof en = {
  name: "Resumen semanal",
  email: {
    subject: (matches, deadlines) => {
      const parts = [
        ...(matches.value > 0 ? [counted(matches, "nueva subvención", "nuevas subvenciones")] : []),
        ...(deadlines.value > 0
          ? [counted(deadlines, "fecha límite próxima", "fechas límite próximas")]
          : []),
      ];
      return parts.length === 0 ? "Su resumen semanal" : `Su resumen semanal: ${parts.join(", ")}`;
    },
    title: "Su resumen semanal",
    intro: "Estas son las novedades de la semana y lo que está por venir.",
    nothing: "Una semana tranquila: no hay nuevas subvenciones ni fechas límite próximas.",
    matches: "Nuevas subvenciones",
    match: matchWords,
    deadlines: "Próximas fechas límite",
    deadline: deadlineWords,
    button: "Ver todo",
  },
};
