import { counted } from "../../content/wording/de.ts";
import { deadlineWords, matchWords } from "../grants/words.de.ts";
import type { en } from "./words.en.ts";

export const de: typeof en = {
  name: "Wochenübersicht",
  email: {
    subject: (matches, deadlines) => {
      const parts = [
        ...(matches.value > 0
          ? [counted(matches, "neue passende Förderung", "neue passende Förderungen")]
          : []),
        ...(deadlines.value > 0 ? [counted(deadlines, "anstehende Frist", "anstehende Fristen")] : []),
      ];
      return parts.length === 0 ? "Ihre Wochenübersicht" : `Ihre Wochenübersicht: ${parts.join(", ")}`;
    },
    title: "Ihre Wochenübersicht",
    intro: "Sie sehen hier, was diese Woche Neues gebracht hat und was als Nächstes ansteht.",
    nothing: "Ihre Woche war ruhig: keine neuen passenden Förderungen und keine anstehenden Fristen.",
    matches: "Neue passende Förderungen",
    match: matchWords,
    deadlines: "Anstehende Fristen",
    deadline: deadlineWords,
    button: "Alles ansehen",
  },
};
