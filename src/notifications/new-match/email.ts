import { type Template, buttonTo, paragraph } from "../../content/blocks.ts";
import { countOf, listBlocks, matchItems, titlesOf } from "../grants/lists.ts";
import type { NewMatch } from "./payload.ts";
import type { en } from "./words.en.ts";

/** Grants that were found for a user. */
export const email: Template<NewMatch, typeof en.email> = (content, context) => {
  const { words } = context;
  const count = countOf(context, content.matches, content.total);
  const items = matchItems(context, words.match, content.matches);
  const subject = words.subject(count);
  return {
    subject,
    preheader: titlesOf(items, context),
    title: subject,
    blocks: [
      context.greeting,
      paragraph(words.intro(count)),
      ...listBlocks(context, items, count),
      ...buttonTo(content.url, words.button),
    ],
  };
};
