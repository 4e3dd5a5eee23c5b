import { isObject } from "../lib/objects.ts";
import { z } from "zod";

/** Names of JSON types, as error messages print them. */
const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a time",
};

const FORMATS: Readonly<Record<string, string>> = {
  email: "must be an e-mail address",
  url: "must be a URL",
  uuid: "must be a UUID",
  guid: "must be a UUID",
  datetime: "must be an ISO 8601 time with an offset",
};

const UNITS: Readonly<Record<string, string>> = { string: "character", array: "member" };

const quoted = (value: unknown): string => (typeof value === "string" ? `\`${value}\`` : String(value));

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? `must be ${quoted(values[0])}` : `must be one of ${values.map(quoted).join(", ")}`;

/** "at least 3", "more than 3", "at most 3 members". */
function size(side: "least" | "most", bound: number | bigint, origin: string, inclusive: boolean): string {
  const unit = UNITS[origin];
  if (unit !== undefined)
    return side === "least" && Number(bound) === 1
      ? "must not be empty"
      : `must have at ${side} ${bound} ${unit}${Number(bound) === 1 ? "" : "s"}`;
  if (!inclusive) return `must be ${side === "least" ? "more" : "less"} than ${bound}`;
  return `must be at ${side} ${bound}`;
}

/** Whether a field is missing: the field itself, or the discriminator of a union. */
const isMissing = ({ code, input, ...issue }: z.core.$ZodRawIssue): boolean => {
  if (code === "unrecognized_keys" || code === "custom") return false;
  const { discriminator } = issue;
  return typeof discriminator === "string" && isObject(input)
    ? Object.getOwnPropertyDescriptor(input, discriminator) === undefined
    : input === undefined;
};

/** The text of a fault that zod found, for callers. A schema's own message has precedence. */
function wording(issue: z.core.$ZodRawIssue): string {
  if (isMissing(issue)) return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? "of another type"}`;
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return Array.isArray(issue["options"]) && issue["options"].length > 0
        ? oneOf(issue["options"])
        : "is not valid";
    case "too_small":
      return size("least", issue.minimum, issue.origin, issue.inclusive ?? true);
    case "too_big":
      return size("most", issue.maximum, issue.origin, issue.inclusive ?? true);
    case "invalid_format":
      return FORMATS[issue.format] ?? "has the wrong form";
    case "unrecognized_keys":
      // Without the keys: `errors` names each by its pointer, and a body may hold hundreds of thousands.
      return "is not a known field";
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
      return "is not valid";
  }
}

/** Sets the wording globally: Hono's validators accept none of their own. */
export const usePlainWording = (): void => void z.config({ customError: wording });
