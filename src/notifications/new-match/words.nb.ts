import { counted } from "../../content/wording/nb.ts";
import { matchWords } from "../grants/words.nb.ts";
import type { en } from "./words.en.ts";

export const nb: typeof en = {
  name: "Varsler om nye treff",
  email: {
    subject: (count) => `${counted(count, "nytt tilskudd", "nye tilskudd")} som passer for deg`,
    intro: (count) =>
      count.value === 1
        ? "Vi fant et tilskudd som passer til profilen din."
        : "Vi fant tilskudd som passer til profilen din. Det beste treffet står først.",
    match: matchWords,
    button: "Se alle treff",
  },
};
