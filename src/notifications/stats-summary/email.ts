import {
  type Bar,
  type Block,
  type Fact,
  type Template,
  type TemplateContext,
  buttonTo,
  paragraph,
} from "../../content/blocks.ts";
import type { StatsSummary } from "./payload.ts";
import type { en } from "./words.en.ts";

type Measure = keyof StatsSummary["totals"];
type Context = TemplateContext<typeof en.email>;

/** A change of more than ten times is printed as numbers, because a percentage would say less. */
const MAX_SHARE = 10;

/** Sums of hours have rounding errors; nobody logs less than a hundredth of an hour. `|| 0` avoids "-0". */
export const rounded = (value: number): number => Math.round(value * 100) / 100 || 0;

function fact(content: StatsSummary, { words, format }: Context, label: string, measure: Measure): Fact {
  const value = rounded(content.totals[measure]);
  const shown = { label, value: format.number(value) };
  if (content.previous === null || content.previous === undefined) return shown;
  const before = rounded(content.previous[measure]);
  const change = rounded(value - before);
  if (change === 0) return { ...shown, note: words.noChange(content.time_window) };
  const share = before > 0 ? change / before : Infinity;
  const percent = Math.abs(share) < MAX_SHARE ? format.percentChange(share) : null;
  return { ...shown, note: words.change(content.time_window, format.change(change), percent) };
}

function bars(content: StatsSummary, { words, format }: Context): Bar[] {
  const bar = (label: string, hours: number): Bar => ({
    label,
    value: Math.max(0, rounded(hours)),
    text: format.number(rounded(hours)),
  });
  const series = content.series ?? [];
  if (series.length > 0)
    return series.map(({ from, to, hours_logged }) => bar(format.shortRange(from, to), hours_logged));
  if (content.previous === null || content.previous === undefined) return [];
  return [
    bar(format.range(content.from, content.to), content.totals.hours_logged),
    { ...bar(words.before(content.time_window), content.previous.hours_logged), faint: true },
  ];
}

/** The closed window: totals, the change since the window before, and a chart of the hours. */
export const email: Template<StatsSummary, typeof en.email> = (content, context) => {
  const { words, format } = context;
  const range = format.range(content.from, content.to);
  const chart: Block = { kind: "chart", title: words.chart, bars: bars(content, context) };
  return {
    subject: words.subject(
      content.time_window,
      format.amount(content.totals.completed_activities),
      format.amount(rounded(content.totals.hours_logged)),
    ),
    preheader: range,
    title: words.title(content.time_window),
    blocks: [
      context.greeting,
      paragraph(words.intro(range)),
      {
        kind: "facts",
        facts: [
          fact(content, context, words.total, "total_activities"),
          fact(content, context, words.completed, "completed_activities"),
          fact(content, context, words.hours, "hours_logged"),
        ],
      },
      ...(chart.bars.length > 0 ? [chart] : []),
      ...buttonTo(content.url, words.button),
    ],
  };
};
