import { type Fact, type Template, buttonTo, paragraph } from "../../content/blocks.ts";
import type { PauseContent } from "./payload.ts";
import type { activated } from "./words.en.ts";

/** The e-mail to the coordinator: a mentor pauses, or is back. */
export const email: Template<PauseContent, typeof activated.email> = (content, context) => {
  const { words, say, format, inline } = context;
  const mentor = inline(content.mentor_name);
  const reason = content.reason ?? "";
  const from = content.effective_date ?? null;
  const facts: Fact[] = [
    { label: words.mentor, value: content.mentor_name },
    ...(from === null ? [] : [{ label: words.date, value: format.calendarDate(from) }]),
    ...(reason === "" ? [] : [{ label: words.reason, value: reason }]),
  ];
  return {
    subject: words.subject(mentor),
    preheader: facts
      .slice(1)
      .map(({ label, value }) => `${label}${say.colon}${inline(value)}`)
      .join(" · "),
    title: words.subject(mentor),
    blocks: [
      context.greeting,
      paragraph(words.intro(mentor)),
      { kind: "facts", facts },
      ...buttonTo(content.url, words.button),
    ],
  };
};
