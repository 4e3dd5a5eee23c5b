import { z } from "zod";
import { safeUrl } from "../lib/web-url.ts";
import { cleanLine, cleanText, cut } from "./clean.ts";

// What payloads are made of. Strings are made harmless here and only here: whatever lies behind these schemas may print
// them. Their lengths are limited too, so that no mail grows beyond what Gmail shows (102 KB).

/** One line of at most 200 UTF-16 units. */
export const line = z.string().overwrite((value) => cut(cleanLine(value), 200));

/** Several lines, at most 5,000 UTF-16 units. */
export const text = z.string().overwrite((value) => cut(cleanText(value), 5_000));

/** An http(s) link. Anything else is dropped, and the mail goes without the link. */
export const link = z
  .string()
  .nullish()
  .overwrite((url) => safeUrl(url));

/** Epoch ms, in the years 1970 to 9999. */
export const time = z.int().min(0).max(253_402_300_799_999);

/** How many there are in all, where the list holds only the first. */
export const total = z.int().min(0).nullish();
