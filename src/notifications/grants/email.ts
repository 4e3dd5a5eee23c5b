import { type Block, type Template, buttonTo, paragraph } from "../../content/blocks.ts";
import { countOf, deadlineItems, listBlocks, matchItems } from "./lists.ts";

const titlesOf = (items: readonly { title: string }[], inline: (value: string) => string): string =>
  items.map(({ title }) => inline(title)).join(", ");

/** Grants that were found for a user. */
export const newMatch: Template<"new_match"> = (content, context) => {
  const { say } = context;
  const count = countOf(context, content.matches, content.total);
  const items = matchItems(context, content.matches);
  const subject = say.matches.subject(count);
  return {
    subject,
    preheader: titlesOf(items, context.inline),
    title: subject,
    blocks: [
      context.greeting,
      paragraph(say.matches.intro(count)),
      ...listBlocks(context, items, count),
      ...buttonTo(content.url, say.matches.button),
    ],
  };
};

/** Deadlines of grants that a user matched or applied to. */
export const deadlineReminder: Template<"deadline_reminder"> = (content, context) => {
  const { say, format, now } = context;
  const count = countOf(context, content.deadlines, content.total);
  const items = deadlineItems(context, content.deadlines);
  const ahead = content.deadlines.filter(({ deadline }) => deadline > now);
  const [first] = (ahead.length > 0 ? ahead : content.deadlines).toSorted((a, b) => a.deadline - b.deadline);
  return {
    subject: say.deadlines.subject(
      format.amount(count.value - (content.deadlines.length - ahead.length)),
      format.until(now, first?.deadline ?? now),
      context.inline(first?.title ?? ""),
    ),
    preheader: titlesOf(items, context.inline),
    title: say.deadlines.title(count),
    blocks: [
      context.greeting,
      paragraph(say.deadlines.intro(count)),
      ...listBlocks(context, items, count),
      ...buttonTo(content.url, say.deadlines.button),
    ],
  };
};

const section = (heading: string, list: Block[]): Block[] => [{ kind: "heading", text: heading }, ...list];

/** The week's matches and the deadlines ahead. */
export const weeklyDigest: Template<"weekly_digest"> = (content, context) => {
  const { say } = context;
  const matchCount = countOf(context, content.matches, content.matches_total);
  const deadlineCount = countOf(context, content.deadlines, content.deadlines_total);
  const matches = matchItems(context, content.matches);
  const deadlines = deadlineItems(context, content.deadlines);
  return {
    subject: say.digest.subject(matchCount, deadlineCount),
    preheader: titlesOf([...matches, ...deadlines], context.inline),
    title: say.digest.title,
    blocks: [
      context.greeting,
      paragraph(matches.length + deadlines.length > 0 ? say.digest.intro : say.digest.nothing),
      ...(matches.length > 0 ? section(say.digest.matches, listBlocks(context, matches, matchCount)) : []),
      ...(deadlines.length > 0
        ? section(say.digest.deadlines, listBlocks(context, deadlines, deadlineCount))
        : []),
      ...buttonTo(content.url, say.digest.button),
    ],
  };
};
