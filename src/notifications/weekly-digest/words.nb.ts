import { counted } from "../../content/wording/nb.ts";
import { deadlineWords, matchWords } from "../grants/words.nb.ts";
import type { en } from "./words.en.ts";

export const nb: typeof en = {
  name: "Ukesoversikt",
  email: {
    subject: (matches, deadlines) => {
      const parts = [
        ...(matches.value > 0 ? [counted(matches, "nytt treff", "nye treff")] : []),
        ...(deadlines.value > 0 ? [counted(deadlines, "kommende frist", "kommende frister")] : []),
      ];
      return parts.length === 0 ? "Ukesoversikten din" : `Ukesoversikten din: ${parts.join(", ")}`;
    },
    title: "Ukesoversikten din",
    intro: "Her er nytt fra uken og det som ligger foran deg.",
    nothing: "En rolig uke: ingen nye treff og ingen kommende frister.",
    matches: "Nye treff",
    match: matchWords,
    deadlines: "Kommende frister",
    deadline: deadlineWords,
    button: "Se alt",
  },
};
