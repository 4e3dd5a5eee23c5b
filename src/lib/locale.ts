/** Longer than any tag that means something. */
const MAX_LOCALE = 64;

/**
 * A language tag in its one spelling (BCP 47): `nb-no` and `nb_NO` become `nb-NO`, `pt_BR` becomes `pt-BR`. Null for what
 * is none.
 */
export function canonicalLocale(text: string): string | null {
  if (text === "" || text.length > MAX_LOCALE) return null;
  try {
    return new Intl.Locale(text.replaceAll("_", "-")).toString();
  } catch {
    return null;
  }
}

/** Language, script and region alone: nothing of a tag in which anyone could write words. */
export function plainLocale(canonical: string): string {
  const { language, script, region } = new Intl.Locale(canonical);
  return [language, script, region].filter((part) => part !== undefined).join("-");
}
