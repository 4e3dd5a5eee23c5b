import { z } from "zod";

const ID = /^[A-Za-z0-9_.:@-]{1,128}$/;

export const isWellFormedId = (text: string): boolean => ID.test(text);

/** A caller's own id of a user, an organization …: 1–128 of `[A-Za-z0-9_.:@-]`. */
export const directoryId = z.string().regex(ID, "must be 1 to 128 of A-Z a-z 0-9 _ . : @ -");

/** A character that can be seen: no space, control character, joiner or direction mark. */
const VISIBLE = /[^\s\p{Z}\p{Cc}\p{Cf}]/u;

/** Text for people: not blank, without NUL and without lone surrogates, which SQLite cannot store. */
export const plainText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    // `superRefine` does not abort: after an aborted check zod skips the checks of the whole object.
    .superRefine((text, context) => {
      if (text === "" || text.length > max) return;
      if (!text.isWellFormed() || text.includes("\0")) context.addIssue("must be well-formed text");
      else if (!VISIBLE.test(text)) context.addIssue("must not be blank");
    });
