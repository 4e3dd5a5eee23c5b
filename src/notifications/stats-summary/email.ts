import {
  type Bar,
  type Block,
  type Fact,
  type Template,
  type TemplateContext,
  buttonTo,
  paragraph,
} from "../../content/blocks.ts";
import type { ContentOf } from "../../content/content.ts";

type Summary = ContentOf<"stats_summary">;
type Measure = keyof Summary["totals"];

/** Beyond ten times as much, a percentage says less than the numbers. */
const MAX_SHARE = 10;

/** Sums of hours carry binary dust; nobody logs less than a hundredth of an hour. `|| 0`: no "-0". */
const rounded = (value: number): number => Math.round(value * 100) / 100 || 0;

function fact(content: Summary, { say, format }: TemplateContext, label: string, measure: Measure): Fact {
  const value = rounded(content.totals[measure]);
  const shown = { label, value: format.number(value) };
  if (content.previous === null || content.previous === undefined) return shown;
  const before = rounded(content.previous[measure]);
  const change = rounded(value - before);
  if (change === 0) return { ...shown, note: say.stats.noChange(content.time_window) };
  const share = before > 0 ? change / before : Infinity;
  const percent = Math.abs(share) < MAX_SHARE ? format.percentChange(share) : null;
  return { ...shown, note: say.stats.change(content.time_window, format.change(change), percent) };
}

function bars(content: Summary, { say, format }: TemplateContext): Bar[] {
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
    { ...bar(say.stats.before(content.time_window), content.previous.hours_logged), faint: true },
  ];
}

/** The window that closed: totals, the change against the one before, and a chart of the hours. */
export const statsSummary: Template<"stats_summary"> = (content, context) => {
  const { say, format } = context;
  const range = format.range(content.from, content.to);
  const chart: Block = { kind: "chart", title: say.stats.chart, bars: bars(content, context) };
  return {
    subject: say.stats.subject(
      content.time_window,
      format.amount(content.totals.completed_activities),
      format.amount(rounded(content.totals.hours_logged)),
    ),
    preheader: range,
    title: say.stats.title(content.time_window),
    blocks: [
      context.greeting,
      paragraph(say.stats.intro(range)),
      {
        kind: "facts",
        facts: [
          fact(content, context, say.stats.total, "total_activities"),
          fact(content, context, say.stats.completed, "completed_activities"),
          fact(content, context, say.stats.hours, "hours_logged"),
        ],
      },
      ...(chart.bars.length > 0 ? [chart] : []),
      ...buttonTo(content.url, say.stats.button),
    ],
  };
};
