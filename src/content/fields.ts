import { z } from "zod";
import { safeUrl } from "../lib/web-url.ts";
import { cleanLine, cleanText, cut } from "./clean.ts";

// Schemas for the fields of payloads. They clean strings, and nothing else does: code that gets a parsed payload may print
// its strings. They also limit lengths, so that no mail grows beyond what Gmail shows (102 KB).

/** One line of at most 200 UTF-16 units. */
export const line = z.string().overwrite((value) => cut(cleanLine(value), 200));

/** Several lines, at most 5,000 UTF-16 units. */
export const text = z.string().overwrite((value) => cut(cleanText(value), 5_000));

/** An http(s) link. Anything else becomes null, and the mail has no link. */
export const link = z
  .string()
  .nullish()
  .overwrite((url) => safeUrl(url));

/** Epoch ms, in the years 1970 to 9999. */
export const time = z.int().min(0).max(253_402_300_799_999);

/** The total number, where the list holds only the first items. */
export const total = z.int().min(0).nullish();
