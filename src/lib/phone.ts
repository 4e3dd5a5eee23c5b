import { parsePhoneNumberFromString } from "libphonenumber-js/min";

// The library's metadata is large: import this file only where a number has come.

/** A telephone number. */
export interface Phone {
  /** E.164: `+4740000000`. */
  number: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/**
 * The number in a text in international form, from `+` on, with any punctuation. Null for any other text: without the country it
 * could be anybody's, and an extension cannot be sent to.
 */
export function readPhone(text: string): Phone | null {
  if (!text.trimStart().startsWith("+")) return null;
  const found = parsePhoneNumberFromString(text.trim());
  if (found?.country === undefined || found.ext !== undefined || !found.isValid()) return null;
  return { number: found.number, country: found.country };
}
