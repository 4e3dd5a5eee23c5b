import { when } from "../../content/wording/fr.ts";
import { deadlineWords } from "../grants/words.fr.ts";
import type { en } from "./words.en.ts";

export const fr: typeof en = {
  name: "Rappels de dates limites",
  email: {
    subject: (ahead, first, title) => {
      if (ahead.value === 0) return `Date limite dépassée\u00a0: ${title}`;
      return ahead.value === 1
        ? `Date limite ${when(first)}\u00a0: ${title}`
        : `${ahead.text} dates limites approchent, la première ${when(first)}`;
    },
    title: (count) => (count.value === 1 ? "Une date limite approche" : "Des dates limites approchent"),
    intro: (count) =>
      count.value === 1
        ? "Ne laissez pas passer cette date limite."
        : "Ne laissez pas passer ces dates limites.",
    deadline: deadlineWords,
    button: "Voir toutes les dates limites",
  },
};
