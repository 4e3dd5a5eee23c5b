import { isObject } from "../lib/objects.ts";
import type { z } from "zod";
import type { FieldError } from "../lib/failure.ts";

/** An answer names at most this many faults. A fault that many members of a list share counts once. */
export const MAX_ERRORS = 100;
/** A fault names at most this many members of a list; its `count` is that of all. */
const MAX_MEMBERS = 100;
/** Keys come from the caller: longer ones are cut in a pointer. */
const MAX_KEY_CHARS = 100;

export interface ErrorReport {
  errors: FieldError[];
  /** There are more than `MAX_ERRORS`. */
  capped: boolean;
}

const shortened = (key: string): string =>
  key.length <= MAX_KEY_CHARS ? key : `${key.slice(0, MAX_KEY_CHARS).toWellFormed()}…`;

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${shortened(String(part)).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const nameOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => shortened(String(part))).join(".");

/** Where a validator looked: the body's faults have pointers, the others the parameter's name. */
export type Target = "json" | "query" | "param" | "header" | "form" | "cookie";

/** What a hook gets of an input that is not valid. */
export interface FailedInput {
  target: Target;
  error: z.core.$ZodError;
}

/** The input as it was given. The types of Hono's hooks do not say that the result of a failed validation has it, too. */
export const givenIn = (result: FailedInput): unknown => ("data" in result ? result.data : undefined);

const isRepeated = (given: unknown, [name]: readonly PropertyKey[]): boolean =>
  isObject(given) && name !== undefined && Array.isArray(Object.getOwnPropertyDescriptor(given, name)?.value);

/** Of the key of a record zod says only that it is invalid; why is in the issues of the key. */
const messageOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === "invalid_key" ? issue.issues[0]?.message : undefined) ?? issue.message;

/**
 * Every fault that zod found. A generator, so that the reader can stop early.
 * @param given what was validated
 */
export function* fieldErrors(error: z.core.$ZodError, target: Target, given: unknown): Generator<FieldError> {
  const place = target === "json" ? pointerOf : nameOf;
  const unknown = target === "json" ? "is not a known field" : "is not a known parameter";
  let mistyped: string | undefined;
  for (const issue of error.issues) {
    const at = place(issue.path);
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) yield { pointer: place([...issue.path, key]), detail: unknown };
      continue;
    }
    // zod also reports the length of a value that has the wrong type. That tells the caller nothing.
    if (at === mistyped) continue;
    mistyped = issue.code === "invalid_type" ? at : undefined;
    const detail =
      target === "query" && isRepeated(given, issue.path) ? "must be given once" : messageOf(issue);
    yield { pointer: at, detail };
  }
}

/** A member of a list in the body's root: the list, the member's index, and the place in the member. */
const MEMBER = /^(\/[^/]+)\/(\d+)(\/.*)?$/;

/**
 * The faults as an answer reports them: at most `MAX_ERRORS`. A fault that many members of a list share is reported once,
 * with their indexes. It stops reading at the limit, so that a body full of faults costs little.
 */
export function reportOf(faults: Iterable<FieldError>): ErrorReport {
  const groups = new Map<string, FieldError & { indexes: number[]; n: number }>();
  for (const fault of faults) {
    const [, list, index, rest = ""] = MEMBER.exec(fault.pointer) ?? [];
    const place = list === undefined ? fault.pointer : `${list}/*${rest}`;
    const key = `${place} ${fault.detail}`;
    const group = groups.get(key);
    if (group === undefined) {
      if (groups.size === MAX_ERRORS) return { errors: printed(groups.values()), capped: true };
      groups.set(key, { ...fault, indexes: index === undefined ? [] : [Number(index)], n: 1 });
    } else {
      group.n++;
      if (index !== undefined && group.indexes.length < MAX_MEMBERS) group.indexes.push(Number(index));
    }
  }
  return { errors: printed(groups.values()), capped: false };
}

const printed = (groups: Iterable<FieldError & { indexes: number[]; n: number }>): FieldError[] =>
  Array.from(groups, ({ indexes, n, ...fault }) =>
    n === 1 || indexes.length === 0 ? fault : { ...fault, count: n, members: indexes },
  );
