import { type Block, type Template, buttonTo, paragraph } from "../../content/blocks.ts";
import { countOf, deadlineItems, listBlocks, matchItems, titlesOf } from "../grants/lists.ts";
import type { WeeklyDigest } from "./payload.ts";
import type { en } from "./words.en.ts";

const section = (heading: string, list: Block[]): Block[] => [{ kind: "heading", text: heading }, ...list];

/** The week's matches and the deadlines ahead. */
export const email: Template<WeeklyDigest, typeof en.email> = (content, context) => {
  const { words } = context;
  const matchCount = countOf(context, content.matches, content.matches_total);
  const deadlineCount = countOf(context, content.deadlines, content.deadlines_total);
  const matches = matchItems(context, words.match, content.matches);
  const deadlines = deadlineItems(context, words.deadline, content.deadlines);
  return {
    subject: words.subject(matchCount, deadlineCount),
    preheader: titlesOf([...matches, ...deadlines], context),
    title: words.title,
    blocks: [
      context.greeting,
      paragraph(matches.length + deadlines.length > 0 ? words.intro : words.nothing),
      ...(matches.length > 0 ? section(words.matches, listBlocks(context, matches, matchCount)) : []),
      ...(deadlines.length > 0
        ? section(words.deadlines, listBlocks(context, deadlines, deadlineCount))
        : []),
      ...buttonTo(content.url, words.button),
    ],
  };
};
