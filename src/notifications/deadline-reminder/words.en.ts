import type { Amount, Days } from "../../content/format.ts";
import { when } from "../../content/wording/en.ts";
import { deadlineWords } from "../grants/words.en.ts";

export const en = {
  name: "deadline reminders",
  email: {
    subject: (ahead: Amount, first: Days, title: string) => {
      if (ahead.value === 0) return `Grant deadline passed: ${title}`;
      return ahead.value === 1
        ? `Grant deadline ${when(first)}: ${title}`
        : `${ahead.text} grant deadlines ahead, the first ${when(first)}`;
    },
    title: (count: Amount): string =>
      count.value === 1 ? "A grant deadline is near" : "Grant deadlines ahead",
    intro: (count: Amount): string =>
      count.value === 1 ? "Do not miss this deadline." : "Do not miss these deadlines.",
    deadline: deadlineWords,
    button: "View all deadlines",
  },
};
