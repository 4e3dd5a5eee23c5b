import { formatterFor } from "../../content/format.ts";
import type { ContentOf } from "../../content/index.ts";
import { directionOf, resolveLocale } from "../../content/locale.ts";
import { wordingFor } from "../../content/wording/index.ts";

const rounded = (hours: number): number => Math.round(hours * 100) / 100;

/** What a summary says as a push, in the words of its e-mail: the numbers, and the change in hours. */
export function pushTextOf(
  { time_window, totals, previous }: ContentOf<"stats_summary">,
  user: { locale: string | null; timezone: string | null },
): { title: string; body: string } {
  const locale = resolveLocale(user.locale);
  const { stats, language } = wordingFor(locale);
  const format = formatterFor(locale, user.timezone, directionOf(language));
  const hours = rounded(totals.hours_logged);
  const change = rounded(hours - rounded(previous?.hours_logged ?? 0));
  const note =
    change === 0 ? stats.noChange(time_window) : stats.change(time_window, format.change(change), null);
  return {
    title: stats.title(time_window),
    body: stats.push(format.amount(totals.completed_activities), format.amount(hours), note),
  };
}
