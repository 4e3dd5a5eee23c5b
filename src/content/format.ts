import { cached } from "../lib/cached.ts";
import { DAY } from "../lib/clock.ts";
import { daysBetweenLocal } from "../schedules/local-time.ts";
import { type Direction, isolate } from "./clean.ts";
import { formatLocale, languageOf, resolveTimezone } from "./locale.ts";

/** A number, and its text in the recipient's locale. Wordings choose the plural by the number and print the text. */
export interface Amount {
  readonly value: number;
  readonly text: string;
}

/** The distance of a time from now, in calendar days of the recipient's zone. `past`: the instant is over. */
export interface Days {
  readonly past: boolean;
  /** Never negative. */
  readonly days: Amount;
}

/** Formats dates and numbers for one recipient. Times are epoch ms. */
export interface Formatter {
  readonly timezone: string;
  number(value: number): string;
  amount(value: number): Amount;
  /** 0.92 → "92%". */
  percent(fraction: number): string;
  /** With its sign: "+5", "−3", "0". */
  change(value: number): string;
  percentChange(fraction: number): string;
  date(at: number): string;
  /** With the zone's name, so that a deadline is unambiguous. */
  dateTime(at: number): string;
  /** For a date that is stored as midnight UTC (a pause's `effective_date`): prints the same day in every zone. */
  calendarDate(at: number): string;
  /** The days from `from` to `to`, which is excluded. */
  range(from: number, to: number): string;
  /** The same without the year: "Mar 2 – 8". */
  shortRange(from: number, to: number): string;
  until(now: number, at: number): Days;
}

/**
 * The locale for numbers and dates in a text: the reader's if the text is in the reader's language, else the text's
 * language. Otherwise a text would mix two languages: "Deadline: ٢٠ مارس".
 * @param locale the reader's, resolved
 * @param language the text's, such as "en"
 */
export const localeOfText = (locale: string, language: string): string =>
  languageOf(locale) === language ? locale : language;

/**
 * The formatter for a resolved locale. A zone that Intl does not know counts as UTC. `around` is the direction of the
 * sentences that the values are printed in. Cached, because making Intl objects is slow and a batch has few locales.
 */
export const formatterFor = cached(64, (locale: string, timezone: string | null, around: Direction) =>
  createFormatter(formatLocale(locale), resolveTimezone(timezone), around),
);

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function createFormatter(locale: string, timezone: string, around: Direction): Formatter {
  const numbers = (options: Intl.NumberFormatOptions) => {
    const made = once(() => new Intl.NumberFormat(locale, options));
    return (value: number) => isolate(made().format(value), around);
  };
  const dates = (options: Intl.DateTimeFormatOptions, timeZone = timezone) => {
    const made = once(() => new Intl.DateTimeFormat(locale, { timeZone, ...options }));
    return {
      at: (at: number) => isolate(made().format(at), around),
      range: (from: number, to: number) => isolate(made().formatRange(from, Math.max(from, to - 1)), around),
    };
  };
  const day = { year: "numeric", month: "long", day: "numeric" } as const;

  const plain = numbers({ maximumFractionDigits: 2 });
  const percent = numbers({ style: "percent" });
  const change = numbers({ maximumFractionDigits: 2, signDisplay: "exceptZero" });
  const percentChange = numbers({ style: "percent", signDisplay: "exceptZero" });
  const date = dates(day);
  const shortDate = dates({ month: "short", day: "numeric" });
  const utcDate = dates(day, "UTC");
  const dateTime = dates({ ...day, hour: "numeric", minute: "2-digit", timeZoneName: "short" });
  const amount = (value: number): Amount => ({ value, text: plain(value) });

  return {
    timezone,
    number: plain,
    amount,
    percent,
    change,
    percentChange,
    date: date.at,
    dateTime: dateTime.at,
    calendarDate: (at) => (at % DAY === 0 ? utcDate : date).at(at),
    range: date.range,
    shortRange: shortDate.range,
    until: (now, at) => ({ past: at <= now, days: amount(Math.abs(daysBetweenLocal(timezone, now, at))) }),
  };
}
