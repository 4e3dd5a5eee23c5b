import { type Template, paragraph } from "../../content/blocks.ts";
import type { en } from "./words.en.ts";

/** Shows that mail arrives, and which locale and time zone are used. */
export const email: Template<object, typeof en.email> = (_, { words, format, locale, now, greeting }) => ({
  subject: words.subject,
  preheader: words.preheader,
  title: words.subject,
  blocks: [
    greeting,
    paragraph(words.body),
    {
      kind: "facts",
      facts: [
        { label: words.sent, value: format.dateTime(now) },
        { label: words.timezone, value: format.timezone },
        { label: words.locale, value: locale },
      ],
    },
  ],
});
