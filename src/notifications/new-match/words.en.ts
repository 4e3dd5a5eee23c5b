import type { Amount } from "../../content/format.ts";
import { counted } from "../../content/wording/en.ts";
import { matchWords } from "../grants/words.en.ts";

export const en = {
  name: "new match alerts",
  email: {
    subject: (count: Amount) => counted(count, "New Grant Match Found", "New Grant Matches Found"),
    intro: (count: Amount): string =>
      count.value === 1
        ? "We found a grant that fits your profile."
        : "We found grants that fit your profile, the best match first.",
    match: matchWords,
    button: "View all matches",
  },
};
