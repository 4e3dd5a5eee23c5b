import type { Amount } from "../../content/format.ts";
import { counted } from "../../content/wording/en.ts";
import { deadlineWords, matchWords } from "../grants/words.en.ts";

export const en = {
  name: "the weekly digest",
  email: {
    subject: (matches: Amount, deadlines: Amount) => {
      const parts = [
        ...(matches.value > 0 ? [counted(matches, "new match", "new matches")] : []),
        ...(deadlines.value > 0 ? [counted(deadlines, "deadline ahead", "deadlines ahead")] : []),
      ];
      return parts.length === 0 ? "Your weekly digest" : `Your weekly digest: ${parts.join(", ")}`;
    },
    title: "Your weekly digest",
    intro: "This is what your week brought, and what lies ahead.",
    nothing: "A quiet week: no new matches, and no deadlines ahead.",
    matches: "New matches",
    match: matchWords,
    deadlines: "Deadlines ahead",
    deadline: deadlineWords,
    button: "View everything",
  },
};
