/** No real tag is longer. */
const MAX_LOCALE = 64;

/**
 * A language tag in its canonical spelling (BCP 47): `nb-no` and `nb_NO` become `nb-NO`, `pt_BR` becomes `pt-BR`. Null for
 * anything that is not a tag.
 */
export function canonicalLocale(text: string): string | null {
  if (text === "" || text.length > MAX_LOCALE) return null;
  try {
    return new Intl.Locale(text.replaceAll("_", "-")).toString();
  } catch {
    return null;
  }
}

/** Language, script and region only. A caller could write any words into the other parts of a tag. */
export function plainLocale(canonical: string): string {
  const { language, script, region } = new Intl.Locale(canonical);
  return [language, script, region].filter((part) => part !== undefined).join("-");
}
