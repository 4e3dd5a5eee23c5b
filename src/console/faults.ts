import { Failure, type FieldError } from "../lib/failure.ts";

/** What is wrong with a form's fields, by name, and what belongs to none of them. */
export interface Faults {
  of: ReadonlyMap<string, string>;
  others: readonly string[];
}

export const NO_FAULTS: Faults = { of: new Map(), others: [] };

/**
 * What a verb refuses, by the form's fields.
 * @param fieldFor the field that an error's pointer belongs to, and what to say before its detail; null: none
 * @throws what is not the form's fault: somebody may not, or something is not there
 */
export function faultsOfForm(
  error: unknown,
  fieldFor: (pointer: string) => { field: string; at?: string } | null,
): Faults {
  if (!(error instanceof Failure) || !IN_FORM.has(error.problem)) throw error;
  const errors = [...(error.options.errors ?? [])];
  const of = new Map<string, string>();
  const others: string[] = errors.length === 0 ? [error.detail] : [];
  for (const { pointer, detail } of errors) {
    const place = fieldFor(pointer);
    if (place === null) others.push(`${pointer} ${detail}`.trim());
    else {
      const told = place.at ? `${place.at} ${detail}` : detail;
      const before = of.get(place.field);
      of.set(place.field, before === undefined ? told : `${before}; ${told}`);
    }
  }
  return { of, others };
}

/** What a person can mend in the form. A `forbidden` that names a field is one of its values. */
const IN_FORM: ReadonlySet<string> = new Set(["invalid_request", "conflict", "forbidden"]);

/** Faults by the first part of their pointer: `/body` is the field `body`. */
export const byFirstPart = (pointer: string): { field: string; at?: string } | null => {
  const [, field = "", ...rest] = pointer.split("/");
  return field === "" ? null : { field, ...(rest.length > 0 && { at: `/${rest.join("/")}` }) };
};

/** A text of faults or warnings, for a list. */
export const told = ({ pointer, detail }: FieldError): string => `${pointer.replace(/^\//u, "")}: ${detail}`;
