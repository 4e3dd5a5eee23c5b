import { counted } from "../../content/wording/de.ts";
import { matchWords } from "../grants/words.de.ts";
import type { en } from "./words.en.ts";

export const de: typeof en = {
  name: "Hinweise auf passende Förderungen",
  email: {
    subject: (count) => `${counted(count, "neue passende Förderung", "neue passende Förderungen")} gefunden`,
    intro: (count) =>
      count.value === 1
        ? "Sie finden hier eine Förderung, die zu Ihrem Profil passt."
        : "Sie finden hier Förderungen, die zu Ihrem Profil passen, die beste zuerst.",
    match: matchWords,
    button: "Alle passenden Förderungen ansehen",
  },
};
