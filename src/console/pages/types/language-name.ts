const names = new Intl.DisplayNames("en", { type: "language" });

/** A language for people; empty for one that has no name. */
export function languageName(locale: string): string {
  try {
    return names.of(locale) ?? "";
  } catch {
    return "";
  }
}
