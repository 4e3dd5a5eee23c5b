import { when } from "../../content/wording/nb.ts";
import { deadlineWords } from "../grants/words.nb.ts";
import type { en } from "./words.en.ts";

export const nb: typeof en = {
  name: "Påminnelser om frister",
  email: {
    subject: (ahead, first, title) => {
      if (ahead.value === 0) return `Søknadsfristen er ute: ${title}`;
      return ahead.value === 1
        ? `Søknadsfrist ${when(first)}: ${title}`
        : `${ahead.text} søknadsfrister nærmer seg, den første ${when(first)}`;
    },
    title: (count) => (count.value === 1 ? "En søknadsfrist nærmer seg" : "Søknadsfrister nærmer seg"),
    intro: (count) =>
      count.value === 1 ? "Ikke gå glipp av denne fristen." : "Ikke gå glipp av disse fristene.",
    deadline: deadlineWords,
    button: "Se alle frister",
  },
};
