import { type Template, buttonTo, paragraph } from "../../content/blocks.ts";
import type { Welcome } from "./payload.ts";
import type { en } from "./words.en.ts";

/** The e-mail to a new user. */
export const email: Template<Welcome, typeof en.email> = (content, { words, greeting, inline }) => {
  const org = content.org_name ?? "";
  return {
    subject: words.subject,
    preheader: words.preheader,
    title: words.subject,
    blocks: [
      greeting,
      paragraph(words.joined(org === "" ? null : inline(org))),
      paragraph(words.promise),
      ...buttonTo(content.url, words.button),
    ],
  };
};
