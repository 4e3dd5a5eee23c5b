import fc from "fast-check";

/** The part of JSON Schema that our OpenAPI document uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  example?: unknown;
}

type Json = fc.Arbitrary<unknown>;

const DAY = 24 * 3_600_000;
const time = fc
  .date({ min: new Date(0), max: new Date(4_000 * 365 * DAY), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Lists stay short: their greatest length has a test of its own. */
const MOST_ITEMS = 4;

function text({ format, pattern, minLength = 0, maxLength = 200 }: JsonSchema): fc.Arbitrary<string> {
  if (format === "date-time") return time;
  if (format === "email") return fc.emailAddress();
  if (format === "uri") return fc.webUrl();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 50), unit: "grapheme" });
}

/** Values that fit the schema, as far as a schema says it. */
export function arbitraryOf(schema: JsonSchema, defs: Record<string, JsonSchema>): Json {
  const of = (inner: JsonSchema) => arbitraryOf(inner, defs);
  if (schema.$ref !== undefined) return of(defs[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  // Alternatives of what is required, of an object with properties.
  if (choices !== undefined && schema.properties !== undefined) {
    const { anyOf: _, oneOf: __, required = [], ...object } = schema;
    const sets = choices.map((choice) => [...required, ...(choice.required ?? [])]);
    return fc.oneof(...sets.map((all) => of({ ...object, required: all })));
  }
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  if (schema.allOf !== undefined)
    return fc.tuple(...schema.allOf.map(of)).map((parts) => Object.assign({}, ...parts) as unknown);
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => of({ ...schema, type })));
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
      return fc.integer({ min: schema.minimum ?? -100, max: schema.maximum ?? 1_000 });
    case "number":
      return fc.double({ min: schema.minimum ?? -100, max: schema.maximum ?? 1_000, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array": {
      const minLength = schema.minItems ?? 0;
      const maxLength = Math.max(minLength, Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS));
      return fc.array(of(schema.items ?? {}), { minLength, maxLength });
    }
    case "object":
      return object(schema, of);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function object(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  of: (s: JsonSchema) => Json,
): Json {
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)])),
    { requiredKeys: required },
  );
  if (typeof additionalProperties !== "object" || Object.keys(properties).length > 0) return known;
  return fc.dictionary(fc.string(), of(additionalProperties), { maxKeys: 4 });
}

/** What nobody expects of a field. */
export const hostile: Json = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    " ",
    0,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 2,
    true,
    [],
    {},
    [[]],
    "\0",
    "\ud800",
    "\u202e\u0000",
    "'; DROP TABLE users; --",
    "%",
    "__proto__",
    "9999-12-31T23:59:59.999Z",
    "0000-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-03-26T08:00:00",
    "x".repeat(10_000),
    { __proto__: null, constructor: { prototype: 1 } },
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 20 }),
);

/** Paths to everything in a JSON value. */
function places(value: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [at];
  const inner: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [at, ...inner.flatMap(([key, member]) => places(member, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((member, i) => (i === key ? replaced(member, rest, by) : member));
  const fields: Record<string, unknown> = { ...Object(value) };
  return { ...fields, [key]: replaced(fields[key], rest, by) };
}

/** A value that was right, with something in it replaced or dropped, or a field more. */
export const mutated = (right: Json): Json =>
  fc
    .tuple(right, fc.nat(), hostile, fc.constantFrom("replace", "drop", "add"), fc.string({ maxLength: 12 }))
    .map(([value, index, strange, how, name]) => {
      const all = places(value);
      const place = all[index % all.length] ?? [];
      if (how === "add" && typeof value === "object" && value !== null && !Array.isArray(value))
        return { ...value, [name]: strange };
      return replaced(value, place, how === "drop" ? undefined : strange);
    });
