import { type Template, buttonTo, paragraph } from "../../content/blocks.ts";
import { countOf, deadlineItems, listBlocks, titlesOf } from "../grants/lists.ts";
import type { DeadlineReminder } from "./payload.ts";
import type { en } from "./words.en.ts";

/** Deadlines of grants that a user matched or applied to. */
export const email: Template<DeadlineReminder, typeof en.email> = (content, context) => {
  const { words, format, now } = context;
  const count = countOf(context, content.deadlines, content.total);
  const items = deadlineItems(context, words.deadline, content.deadlines);
  const ahead = content.deadlines.filter(({ deadline }) => deadline > now);
  const [first] = (ahead.length > 0 ? ahead : content.deadlines).toSorted((a, b) => a.deadline - b.deadline);
  return {
    subject: words.subject(
      format.amount(count.value - (content.deadlines.length - ahead.length)),
      format.until(now, first?.deadline ?? now),
      context.inline(first?.title ?? ""),
    ),
    preheader: titlesOf(items, context),
    title: words.title(count),
    blocks: [
      context.greeting,
      paragraph(words.intro(count)),
      ...listBlocks(context, items, count),
      ...buttonTo(content.url, words.button),
    ],
  };
};
