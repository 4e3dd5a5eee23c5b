import type { z } from "zod";
import { fieldErrors } from "../http/field-errors.ts";
import { invalid, type FieldError } from "../lib/failure.ts";
import type { ConsoleContext } from "./app-env.tsx";

/**
 * The query of a page, checked by the API's own schema. A field that a form sends empty counts as not given, and parameters
 * that the schema does not have are ignored. @throws 400
 */
export function queryIn<T extends z.ZodType>(c: ConsoleContext, schema: T): z.output<T> {
  const given = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw invalid(fieldErrors(parsed.error, "query", given));
  return parsed.data;
}

/** What a form has said, checked by the API's own schema of a body. @throws 400 */
export function checkedBy<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw invalid(fieldErrors(parsed.error, "json", given));
  return parsed.data;
}

/** More faults of a field would not be read. */
const MOST_TOLD = 5;

/** The faults at this place and below, as a field shows them; undefined where there are none. @param nameOf of a place below */
export function toldAt(
  faults: readonly FieldError[],
  pointer: string,
  nameOf: (rest: string) => string = (rest) => rest,
): string | undefined {
  const found = faults.filter((fault) => isAt(fault, pointer));
  if (found.length === 0) return undefined;
  const told = found.slice(0, MOST_TOLD).map((fault) => {
    const rest = fault.pointer.slice(pointer.length);
    return rest === "" ? fault.detail : `${nameOf(rest)} ${fault.detail}`.trimStart();
  });
  const more = found.length - told.length;
  return `${told.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

export const isAt = (fault: FieldError, pointer: string): boolean =>
  fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`);
