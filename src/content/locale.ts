import { cached } from "../lib/cached.ts";
import { canonicalLocale } from "../lib/locale.ts";
import type { Direction } from "./clean.ts";

const FALLBACK_LOCALE = "en";
const FALLBACK_TIMEZONE = "UTC";
const RTL_SCRIPTS = new Set(["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"]);

/** `locale` in its canonical form; "en" when it is no locale. */
export const resolveLocale = (locale: string | null): string =>
  canonicalLocale((locale ?? "").trim()) ?? FALLBACK_LOCALE;

/** The locale for dates and numbers. For one that it does not support, Intl itself would take the machine's. */
export const formatLocale = (locale: string): string =>
  Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? FALLBACK_LOCALE;

/** `timezone` when Intl knows it (an IANA name or an offset); "UTC" when not. */
export function resolveTimezone(timezone: string | null): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: timezone ?? FALLBACK_TIMEZONE }).resolvedOptions()
      .timeZone;
  } catch {
    return FALLBACK_TIMEZONE;
  }
}

// Cached: a batch has few locales, and each mail asks for these several times.
const KNOWN_LOCALES = 64;

/** The language of a resolved locale: "nb" of "nb-NO". */
export const languageOf = cached(KNOWN_LOCALES, (locale: string) => new Intl.Locale(locale).language);

/** Which way a resolved locale is written, by its most likely script ("ur" → Arab, "az-Arab" → Arab). */
export const directionOf = cached(KNOWN_LOCALES, (locale: string): Direction =>
  RTL_SCRIPTS.has(new Intl.Locale(locale).maximize().script ?? "") ? "rtl" : "ltr",
);
