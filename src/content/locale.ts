import { cached } from "../lib/cached.ts";
import { canonicalLocale } from "../lib/locale.ts";
import type { Direction } from "./clean.ts";

const FALLBACK_LOCALE = "en";
const FALLBACK_TIMEZONE = "UTC";
const RTL_SCRIPTS = new Set(["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"]);

/** The canonical form of `locale`; "en" when it is not a locale. */
export const resolveLocale = (locale: string | null): string =>
  canonicalLocale((locale ?? "").trim()) ?? FALLBACK_LOCALE;

/** The locale for dates and numbers. Without this, Intl would replace a locale that it does not support by the machine's. */
export const formatLocale = (locale: string): string =>
  Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? FALLBACK_LOCALE;

/** `timezone` if Intl knows it (an IANA name or an offset), otherwise "UTC". */
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

/** The direction of a resolved locale, by its most likely script ("ur" → Arab, "az-Arab" → Arab). */
export const directionOf = cached(KNOWN_LOCALES, (locale: string): Direction =>
  RTL_SCRIPTS.has(new Intl.Locale(locale).maximize().script ?? "") ? "rtl" : "ltr",
);
