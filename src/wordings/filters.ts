import { Context, type Liquid, filters } from "liquidjs";
import { formatLocale, resolveTimezone } from "../content/locale.ts";
import { cached } from "../lib/cached.ts";
import { isoTime, type WordingReader } from "./variables.ts";

/**
 * Those of liquidjs that stay. Left out: `raw` and what makes HTML or URLs (values are escaped for where they go), what runs a
 * string as code (`where_exp` …), hashes, base64, JSON, dates in one fixed language, and chance.
 */
const BUILT_IN = (
  "abs append at_least at_most capitalize ceil compact concat default divided_by downcase find find_index first floor " +
  "group_by has join last lstrip map minus modulo plus prepend reject remove remove_first remove_last replace " +
  "replace_first replace_last reverse round rstrip size slice sort sort_natural split squish strip strip_newlines sum times " +
  "truncate truncatewords uniq upcase where"
).split(" ");

/** The least that a filter costs. */
const FILTER = 10;

/** A filter's arguments: values, and `name: value` as pairs. */
type Argument = unknown;

/** What a filter is called on. */
interface Call {
  context: Context;
}

/** The context's reader; the wording's engine always has one. */
function readerOf({ context }: Call): WordingReader & { locale: string } {
  if ("reader" in context && isReader(context.reader)) return context.reader;
  throw new Error("There is no reader");
}

const isReader = (value: unknown): value is WordingReader & { locale: string } =>
  typeof value === "object" && value !== null && "locale" in value && "timezone" in value;

const DATE_STYLES = {
  short: { dateStyle: "short" },
  medium: { dateStyle: "medium" },
  long: { dateStyle: "long" },
  full: { dateStyle: "full" },
  time: { timeStyle: "short" },
  datetime: { dateStyle: "medium", timeStyle: "short" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
const isDateStyle = (style: string): style is keyof typeof DATE_STYLES => Object.hasOwn(DATE_STYLES, style);

// Cached, because Intl objects are slow to make.
const dateFormat = cached(256, (locale: string, timezone: string, style: string) => {
  if (!isDateStyle(style))
    throw new Error(`date: the style must be one of ${Object.keys(DATE_STYLES).join(", ")}`);
  return new Intl.DateTimeFormat(formatLocale(locale), { timeZone: timezone, ...DATE_STYLES[style] });
});
const zoneOf = cached(64, (timezone: string | null) => resolveTimezone(timezone));

const DAY_ONLY = /^\d{4}-\d\d-\d\d$/u;
const LATEST = 8_640_000_000_000_000;

/** Epoch ms of a time in ISO 8601, or of a number of ms; null for anything else. */
function timeOf(value: unknown): number | null {
  if (typeof value === "number") return Math.abs(value) <= LATEST ? value : null;
  if (typeof value !== "string" || value.length > 40 || !isoTime.safeParse(value).success) return null;
  // Without a zone it is UTC, as everywhere in the API.
  const at = Date.parse(DAY_ONLY.test(value) || /(?:Z|[+-]\d\d:?\d\d)$/u.test(value) ? value : `${value}Z`);
  return Number.isNaN(at) ? null : at;
}

/** `date: "long"` in the reader's language and zone. A date without a time is the same day in every zone. */
function date(this: Call, value: unknown, style: Argument = "medium"): unknown {
  const { locale, timezone } = readerOf(this);
  const zone = typeof value === "string" && DAY_ONLY.test(value) ? "UTC" : zoneOf(timezone);
  const format = dateFormat(locale, zone, String(style));
  const at = timeOf(value);
  return at === null ? value : format.format(at);
}

const numberFormat = cached(256, (locale: string, style: string, decimals: string | null) => {
  const digits =
    decimals === null
      ? {}
      : { minimumFractionDigits: Number(decimals), maximumFractionDigits: Number(decimals) };
  const options: Intl.NumberFormatOptions =
    style === "decimal"
      ? { maximumFractionDigits: 2, ...digits }
      : style === "percent"
        ? { style, ...digits }
        : { style: "currency", currency: style, ...digits };
  return new Intl.NumberFormat(formatLocale(locale), options);
});

const DECIMALS_MAX = 20;
const isDecimals = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= DECIMALS_MAX;

function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** `number`, `number: 2` (decimals), `number: "percent"`, `number: "EUR"`, the last two with decimals as well. */
function number(this: Call, value: unknown, ...given: Argument[]): unknown {
  const [style, decimals] = typeof given[0] === "string" ? given : ["decimal", given[0]];
  if (decimals !== undefined && !isDecimals(decimals))
    throw new Error(`number: the decimals must be 0 to ${DECIMALS_MAX}`);
  if (style !== "decimal" && style !== "percent" && !/^[A-Z]{3}$/u.test(String(style)))
    throw new Error('number: the style must be "percent" or a currency such as "EUR"');
  const format = numberFormat(
    readerOf(this).locale,
    String(style),
    decimals === undefined ? null : String(decimals),
  );
  const amount = numberOf(value);
  return amount === null ? value : format.format(amount);
}

const rulesOf = cached(64, (locale: string) => new Intl.PluralRules(formatLocale(locale)));
const CATEGORIES: readonly unknown[] = ["zero", "one", "two", "few", "many", "other"];

/** `plural: one: "# item", other: "# items"`: the text of the number's category (CLDR), with the number for `#`. */
function plural(this: Call, value: unknown, ...forms: Argument[]): string {
  const texts = new Map<unknown, unknown>();
  for (const form of forms) {
    if (!Array.isArray(form) || !CATEGORIES.includes(form[0]))
      throw new Error(`plural: forms are ${CATEGORIES.join(", ")}`);
    texts.set(form[0], form[1]);
  }
  if (!texts.has("other")) throw new Error("plural: there must be the form other");
  const amount = numberOf(value) ?? 0;
  const { locale } = readerOf(this);
  const text = texts.get(rulesOf(locale).select(amount)) ?? texts.get("other");
  const parts = String(text).split("#");
  const printed = numberFormat(locale, "decimal", null).format(amount);
  this.context.memoryLimit.use(parts.length * printed.length);
  return parts.join(printed);
}

/** What a member of a list costs: some filters read a property of each. */
const MEMBER = 10;

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return MEMBER * value.length;
  return typeof value === "string" ? value.length : 0;
}

/** Replaces the engine's filters by these. Each counts as work, by the size of what it gets. */
export function registerFilters(engine: Liquid): void {
  const kept = BUILT_IN.map((name) => [name, filters[name]] as const);
  for (const name of Object.keys(filters)) engine.unregisterFilter(name);
  for (const [name, filter] of [...kept, ["date", date], ["number", number], ["plural", plural]] as const) {
    const handler = typeof filter === "function" ? filter : filter?.handler;
    if (handler === undefined) throw new Error(`There is no filter ${name}`);
    engine.registerFilter(name, function (value: unknown, ...given: unknown[]): unknown {
      this.context.memoryLimit.use(
        FILTER + [value, ...given].reduce<number>((sum, one) => sum + sizeOf(one), 0),
      );
      return handler.call(this, value, ...given);
    });
  }
}
