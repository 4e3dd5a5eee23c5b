import { formatterFor, localeOfText } from "../../content/format.ts";
import { directionOf, resolveLocale } from "../../content/locale.ts";
import { wordingFor, wordsIn } from "../../content/wording/index.ts";
import { rounded } from "./email.ts";
import type { StatsSummary } from "./payload.ts";
import { words } from "./words.ts";

/** The push text of a summary, with the e-mail's wording: the numbers, and the change in hours. */
export function pushTextOf(
  { time_window, totals, previous }: StatsSummary,
  user: { locale: string | null; timezone: string | null },
): { title: string; body: string } {
  const locale = resolveLocale(user.locale);
  const { language } = wordingFor(locale, words);
  const { push } = wordsIn(words, language);
  const format = formatterFor(localeOfText(locale, language), user.timezone, directionOf(language));
  const hours = rounded(totals.hours_logged);
  const change = rounded(hours - rounded(previous?.hours_logged ?? 0));
  const note =
    change === 0 ? push.noChange(time_window) : push.change(time_window, format.change(change), null);
  return {
    title: push.title(time_window),
    body: push.body(format.amount(totals.completed_activities), format.amount(hours), note),
  };
}
