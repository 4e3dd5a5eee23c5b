import { isObject } from "../../../lib/objects.ts";
import type { OwnTypeData } from "../../../types/own-type.ts";

/** A schema may be deep, and may lead to itself. */
const MOST_DEEP = 6;

const fieldOf = (object: object, name: string): unknown =>
  Object.getOwnPropertyDescriptor(object, name)?.value;

const BLANKS: Readonly<Record<string, unknown>> = {
  string: "",
  integer: 0,
  number: 0,
  boolean: false,
  null: null,
  array: [],
};

/** The smallest value of the shape that a JSON Schema describes, as far as it says it plainly. */
function blankOf(schema: unknown, deep = 0): unknown {
  if (!isObject(schema) || deep > MOST_DEEP) return null;
  for (const given of ["const", "default"]) if (Object.hasOwn(schema, given)) return fieldOf(schema, given);
  for (const list of ["examples", "enum"]) {
    const values = fieldOf(schema, list);
    if (Array.isArray(values) && values.length > 0) return values[0] as unknown;
  }
  const [type] = [fieldOf(schema, "type")].flat();
  const properties = fieldOf(schema, "properties");
  if (type === "object" || isObject(properties))
    return Object.fromEntries(
      Object.entries(isObject(properties) ? properties : {}).map(([name, inner]) => [
        name,
        blankOf(inner, deep + 1),
      ]),
    );
  return typeof type === "string" ? (BLANKS[type] ?? null) : null;
}

/** Data to begin with: the type's sample, or what its schema names. As JSON. */
export function firstData({ sample, schema }: OwnTypeData): string {
  const blank = sample ?? (schema === null ? {} : blankOf(schema));
  return JSON.stringify(isObject(blank) ? blank : {}, null, 2);
}
