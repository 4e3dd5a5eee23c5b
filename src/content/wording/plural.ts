import type { Amount } from "../format.ts";

/** Chooses a form by the plural rules of one language. Languages that have more forms than these two need a table of their own. */
export interface Plurals {
  /** The form alone: "is" or "are". */
  form(amount: Amount, one: string, other: string): string;
  /** The form after the amount: "1 match", "3 matches". */
  counted(amount: Amount, one: string, other: string): string;
}

/** The plurals of a language, as CLDR has them: "0 heure" and "1,5 heure" in French, but "0 Stunden" in German. */
export function pluralsIn(language: string): Plurals {
  let rules: Intl.PluralRules | undefined;
  const form = ({ value }: Amount, one: string, other: string): string =>
    // Made at its first use, because that is slow.
    (rules ??= new Intl.PluralRules(language)).select(value) === "one" ? one : other;
  return { form, counted: (amount, one, other) => `${amount.text} ${form(amount, one, other)}` };
}
