import { when } from "../../content/wording/de.ts";
import { deadlineWords } from "../grants/words.de.ts";
import type { en } from "./words.en.ts";

export const de: typeof en = {
  name: "Erinnerungen an Fristen",
  email: {
    subject: (ahead, first, title) => {
      if (ahead.value === 0) return `Antragsfrist abgelaufen: ${title}`;
      return ahead.value === 1
        ? `Antragsfrist ${when(first)}: ${title}`
        : `${ahead.text} Antragsfristen stehen an, die erste ${when(first)}`;
    },
    title: (count) => (count.value === 1 ? "Eine Antragsfrist rückt näher" : "Antragsfristen rücken näher"),
    intro: (count) =>
      count.value === 1
        ? "Sie sollten diese Frist nicht verpassen."
        : "Sie sollten diese Fristen nicht verpassen.",
    deadline: deadlineWords,
    button: "Alle Fristen ansehen",
  },
};
