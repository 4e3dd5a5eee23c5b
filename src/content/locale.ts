import { cached } from "../lib/cached.ts";
import { canonicalLocale } from "../lib/locale.ts";
import { zoneOrUtc } from "../schedules/time-zone.ts";
import type { Direction } from "./clean.ts";

const FALLBACK_LOCALE = "en";
const RTL_SCRIPTS = new Set(["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"]);

/** The canonical form of `locale`; "en" when it is not a locale. */
export const resolveLocale = (locale: string | null): string =>
  canonicalLocale((locale ?? "").trim()) ?? FALLBACK_LOCALE;

/** The locale for dates and numbers. Without this, Intl would replace a locale that it does not support by the machine's. */
export const formatLocale = (locale: string): string =>
  Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? FALLBACK_LOCALE;

/** The canonical spelling of a time zone, such as `Asia/Calcutta` of `asia/calcutta`; "UTC" when it is none. */
export const resolveTimezone = (timezone: string | null): string =>
  new Intl.DateTimeFormat("en", { timeZone: zoneOrUtc(timezone) }).resolvedOptions().timeZone;

// Cached: a batch has few locales, and each mail asks for these several times.
const KNOWN_LOCALES = 64;

/** The language of a resolved locale: "nb" of "nb-NO". */
export const languageOf = cached(KNOWN_LOCALES, (locale: string) => new Intl.Locale(locale).language);

/** Languages that have no texts of their own, and the one that their readers read: `no` does not say which Norwegian it is. */
export const READ_AS: ReadonlyMap<string, string> = new Map([
  ["no", "nb"],
  ["nn", "nb"],
]);

/** The language in which a reader of a resolved locale wants texts: "nb" for "nb-NO", "no" and "nn-NO". */
export function readLanguageOf(locale: string): string {
  const language = languageOf(locale);
  return READ_AS.get(language) ?? language;
}

/** The direction of a resolved locale, by its most likely script ("ur" → Arab, "az-Arab" → Arab). */
export const directionOf = cached(KNOWN_LOCALES, (locale: string): Direction =>
  RTL_SCRIPTS.has(new Intl.Locale(locale).maximize().script ?? "") ? "rtl" : "ltr",
);
