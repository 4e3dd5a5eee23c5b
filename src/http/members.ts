import type { z } from "zod";
import type { FieldError } from "../lib/failure.ts";

/** The faults of a list's members, by index. Each is a function, since an answer reports only some of them. */
export type Rejected = Map<number, () => Iterable<FieldError>>;

/** Every fault, in the order of the members. @param list its name in the body */
export function* faultsOf(list: string, rejected: Rejected): Generator<FieldError> {
  for (const [index, faults] of [...rejected].toSorted(([a], [b]) => a - b))
    for (const { pointer, detail } of faults()) yield { pointer: `/${list}/${index}${pointer}`, detail };
}

/** The raw members of a list, if only members of it are wrong in this body; null otherwise. */
export function membersOf(list: string, body: unknown, error: z.core.$ZodError): readonly unknown[] | null {
  const isOfMembers = error.issues.every(
    ({ path: [name, index] }) => name === list && typeof index === "number",
  );
  if (!isOfMembers || typeof body !== "object" || body === null) return null;
  const members: unknown = Object.getOwnPropertyDescriptor(body, list)?.value;
  return Array.isArray(members) ? members : null;
}
