import { cached } from "../lib/cached.ts";
import { canonicalLocale } from "../lib/locale.ts";
import type { Direction } from "./clean.ts";

const FALLBACK_LOCALE = "en";
const FALLBACK_TIMEZONE = "UTC";
const RTL_SCRIPTS = new Set(["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"]);

/** `locale` in its one spelling; "en" when it is none. */
export const resolveLocale = (locale: string | null): string =>
  canonicalLocale((locale ?? "").trim()) ?? FALLBACK_LOCALE;

/** The locale for dates and numbers: without this, Intl would fall back to the machine's own. */
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

// Remembered, since a batch shares few locales and each of these is asked several times for a mail.
const KNOWN_LOCALES = 64;

/** The language of a resolved locale: "nb" of "nb-NO". */
export const languageOf = cached(KNOWN_LOCALES, (locale: string) => new Intl.Locale(locale).language);

/** Which way a resolved locale is written, by its most likely script ("ur" → Arab, "az-Arab" → Arab). */
export const directionOf = cached(KNOWN_LOCALES, (locale: string): Direction =>
  RTL_SCRIPTS.has(new Intl.Locale(locale).maximize().script ?? "") ? "rtl" : "ltr",
);
