import {
  type Block,
  type ListItem,
  type TemplateContext,
  type Tone,
  paragraph,
} from "../../content/blocks.ts";
import type { Amount, Days } from "../../content/format.ts";
import { MAX_LISTED } from "./followed.ts";
import type { Deadline, Match } from "./items.ts";
import type { deadlineWords, matchWords } from "./words.en.ts";

/** The total number of items; the list may have only the first ones. */
export const countOf = (
  { format }: TemplateContext,
  list: readonly unknown[],
  total: number | null | undefined,
): Amount => format.amount(Math.max(list.length, total ?? 0));

/** A list of the first `MAX_LISTED`, and a line that says how many more there are. */
export function listBlocks(context: TemplateContext, items: readonly ListItem[], count: Amount): Block[] {
  const shown = items.slice(0, MAX_LISTED);
  const left = count.value - shown.length;
  return [
    { kind: "list", items: shown },
    ...(left > 0 ? [paragraph(context.say.more(context.format.amount(left)))] : []),
  ];
}

/** The nearer the deadline, the more alarming the badge. */
const toneOf = ({ past, days }: Days): Tone =>
  past || days.value <= 1 ? "danger" : days.value <= 7 ? "warning" : "calm";

const capitalized = (text: string): string => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

/** A badge such as "In 30 days". */
export const whenBadge = ({ say }: TemplateContext, days: Days): ListItem["badge"] => ({
  text: capitalized(say.when(days)),
  tone: toneOf(days),
});

const clamped = (score: number): number => Math.min(100, Math.max(0, score));

/** The titles of a list, for a preheader. */
export const titlesOf = (items: readonly { title: string }[], { inline }: TemplateContext): string =>
  items.map(({ title }) => inline(title)).join(", ");

/** List items for matches: the best first, and of equal ones the most urgent. */
export const matchItems = (
  { format }: TemplateContext,
  words: typeof matchWords,
  matches: readonly Match[],
): ListItem[] =>
  matches
    .toSorted((a, b) => b.score - a.score || (a.deadline ?? Infinity) - (b.deadline ?? Infinity) || 0)
    .map((match) => ({
      title: match.title,
      url: match.url ?? null,
      details: [
        match.deadline === null || match.deadline === undefined
          ? words.noDeadline
          : words.deadline(format.dateTime(match.deadline)),
      ],
      badge: { text: words.score(format.percent(clamped(match.score) / 100)), tone: "calm" },
    }));

/** List items for deadlines: the next first. */
export const deadlineItems = (
  context: TemplateContext,
  words: typeof deadlineWords,
  deadlines: readonly Deadline[],
): ListItem[] =>
  deadlines
    .toSorted((a, b) => a.deadline - b.deadline)
    .map((item) => {
      const { format, now } = context;
      const days = format.until(now, item.deadline);
      return {
        title: item.title,
        url: item.url ?? null,
        details: [
          words.deadline(format.dateTime(item.deadline)),
          ...(item.reason === null || item.reason === undefined ? [] : [words.reasons[item.reason]]),
        ],
        badge: days.past ? { text: words.passedBadge, tone: "danger" } : whenBadge(context, days),
      };
    });
