import { when } from "../../content/wording/es.ts";
import { deadlineWords } from "../grants/words.es.ts";
import type { en } from "./words.en.ts";

export const es: typeof en = {
  name: "Recordatorios de fechas límite",
  email: {
    subject: (ahead, first, title) => {
      if (ahead.value === 0) return `Fecha límite vencida: ${title}`;
      return ahead.value === 1
        ? `Fecha límite ${when(first)}: ${title}`
        : `Se acercan ${ahead.text} fechas límite; la primera, ${when(first)}`;
    },
    title: (count) => (count.value === 1 ? "Se acerca una fecha límite" : "Se acercan fechas límite"),
    intro: (count) =>
      count.value === 1 ? "No deje pasar esta fecha límite." : "No deje pasar estas fechas límite.",
    deadline: deadlineWords,
    button: "Ver todas las fechas límite",
  },
};
