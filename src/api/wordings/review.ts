import { MAX_PUSH_BYTES, pushPayloadBytes } from "../../channels/push/options.ts";
import { invalid, type FieldError } from "../../lib/failure.ts";
import { unknownVariables } from "../../wordings/check.ts";
import { WordingError } from "../../wordings/fault.ts";
import type { ParsedWording } from "../../wordings/parse.ts";
import { type Preview, preview, type Previewed } from "../../wordings/preview.ts";
import type { WordedType } from "../../wordings/worded-type.ts";

/** The longest subject that no client cuts. */
const LONG_SUBJECT = 150;

const placed = ({ line, column }: { line: number; column: number }, message: string) =>
  `line ${line}, column ${column}: ${message}`;

/**
 * What makes an error of words an answer: 400, with line and column.
 * @param at where the fields stand in the body @throws what it is not about
 */
export function refuse(error: unknown, at = ""): never {
  if (!(error instanceof WordingError)) throw error;
  throw invalid(
    error.faults.map(({ field, message, ...place }) => ({
      pointer: `${at}/${field}`,
      detail: placed(place, message),
    })),
  );
}

/** Renders words; what they do wrong is the answer. @param at as for `refuse` */
export function previewed(channel: ParsedWording["channel"], given: Previewed, at = ""): Preview | null {
  try {
    return preview(channel, given);
  } catch (error) {
    return refuse(error, at);
  }
}

/** What may be a mistake in words that can be used. @param shown the words with the type's sample; null without one */
export function warningsOf(parsed: ParsedWording, worded: WordedType, shown: Preview | null): FieldError[] {
  const warnings = unknownVariables(parsed, worded.schema).map(({ field, message, ...place }) => ({
    pointer: `/${field}`,
    detail: placed(place, message),
  }));
  if ((shown?.subject?.length ?? 0) > LONG_SUBJECT)
    warnings.push({
      pointer: "/subject",
      detail: `has ${shown?.subject?.length} characters with the sample; many clients cut it after ${LONG_SUBJECT}`,
    });
  const bytes = parsed.channel === "push" && shown !== null ? pushPayloadBytes(shown) : 0;
  if (bytes > MAX_PUSH_BYTES)
    warnings.push({
      pointer: "/body",
      detail: `makes a push of ${bytes} bytes with the sample; push services take ${MAX_PUSH_BYTES}`,
    });
  return warnings;
}
