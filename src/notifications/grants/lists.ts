import {
  type Block,
  type ListItem,
  type TemplateContext,
  type Tone,
  paragraph,
} from "../../content/blocks.ts";
import type { Amount, Days } from "../../content/format.ts";
import type { Deadline, Match } from "./items.ts";
import type { deadlineWords, matchWords } from "./words.en.ts";

/** More would make a mail that nobody reads, and that Gmail clips (at 102 KB). */
export const MAX_ITEMS = 20;

/** How many things a mail tells: the list may hold only the first of them. */
export const countOf = (
  { format }: TemplateContext,
  list: readonly unknown[],
  total: number | null | undefined,
): Amount => format.amount(Math.max(list.length, total ?? 0));

/** The first `MAX_ITEMS` as a list, and how many more there are. */
export function listBlocks(context: TemplateContext, items: readonly ListItem[], count: Amount): Block[] {
  const shown = items.slice(0, MAX_ITEMS);
  const left = count.value - shown.length;
  return [
    { kind: "list", items: shown },
    ...(left > 0 ? [paragraph(context.say.more(context.format.amount(left)))] : []),
  ];
}

/** The nearer, the more alarming. */
export const toneOf = ({ past, days }: Days): Tone =>
  past || days.value <= 1 ? "danger" : days.value <= 7 ? "warning" : "calm";

const capitalized = (text: string): string => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

/** "In 30 days", as a badge. */
export const whenBadge = ({ say }: TemplateContext, days: Days): ListItem["badge"] => ({
  text: capitalized(say.when(days)),
  tone: toneOf(days),
});

const clamped = (score: number): number => Math.min(100, Math.max(0, score));

/** The titles of a list, for a preheader. */
export const titlesOf = (items: readonly { title: string }[], { inline }: TemplateContext): string =>
  items.map(({ title }) => inline(title)).join(", ");

/** Matches, the best first and among equals the most urgent. */
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

/** Deadlines, the next first. */
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
