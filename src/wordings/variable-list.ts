import { isObject } from "../lib/objects.ts";
import { KNOWN_VARIABLES } from "./variables.ts";

/** A variable that words can print. */
export interface ListedVariable {
  /** As a template names it: `data.order`, `data.lines[0].name`. */
  name: string;
  /** `string`, `integer` … as the schema says it; null: it does not say. */
  type: string | null;
  isRequired: boolean;
  description: string | null;
}

const MAX_LISTED = 200;
const MAX_DEPTH = 6;

/** The variables of a type's data by its JSON Schema, as far as that says. At most 200. @param schema null: any object */
export function variablesIn(schema: Readonly<Record<string, unknown>> | null): ListedVariable[] {
  const found: ListedVariable[] = [];
  const add = (name: string, part: unknown, isRequired: boolean, depth: number): void => {
    if (found.length >= MAX_LISTED || depth > MAX_DEPTH || !isObject(part)) return;
    const { description, items, properties, required } = part;
    if (depth > 0)
      found.push({
        name,
        type: typeOf(part),
        isRequired,
        description: typeof description === "string" ? description : null,
      });
    if (isObject(items)) addFields(`${name}[0]`, items, depth);
    if (isObject(properties)) addFields(name, { properties, required }, depth);
  };
  const addFields = (name: string, { properties, required }: Record<string, unknown>, depth: number) => {
    if (!isObject(properties)) return;
    for (const [field, part] of Object.entries(properties)) {
      const path = /^[A-Za-z_][\w-]*$/u.test(field)
        ? `${name}.${field}`
        : `${name}[${JSON.stringify(field)}]`;
      add(path, part, Array.isArray(required) && required.includes(field), depth + 1);
    }
  };
  add("data", schema ?? {}, true, 0);
  return found;
}

/** The kind of a value, in the schema's words. */
function typeOf({ type, enum: choices, format }: Record<string, unknown>): string | null {
  if (Array.isArray(choices)) return "one of a list";
  const named = [type].flat().filter((one) => typeof one === "string");
  if (named.length === 0) return null;
  return typeof format === "string" ? `${named.join(" or ")} (${format})` : named.join(" or ");
}

/** What every template has beside its data: `user.name`, `count`. */
export const COMMON_VARIABLES: readonly string[] = Object.entries(KNOWN_VARIABLES).flatMap(([name, fields]) =>
  name === "data"
    ? []
    : fields === null || fields.length === 0
      ? [name]
      : fields.map((field) => `${name}.${field}`),
);
