import { type OutputUnit, validate } from "@cfworker/json-schema";
import { isObject } from "../lib/objects.ts";
import { type Guarded, guarded, TooMuchWork } from "./json-schema/guard.ts";
import { FORMATS, TYPES } from "./json-schema/keywords.ts";

/** What is wrong with one value of an event's data. */
export interface DataFault {
  /** Into the data (RFC 6901). */
  pointer: string;
  detail: string;
}

const MAX_FAULTS = 100;
/** The validator reports a fault again for each schema around it. */
const MAX_REPORTS = 2_000;

/** Keywords that only say that a schema inside them has faults; those are reported by themselves. */
const ENCLOSING: ReadonlySet<string> = new Set([
  "$ref",
  "allOf",
  "if",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
  "dependentSchemas",
  "prefixItems",
  "items",
  "unevaluatedItems",
]);

/** Keywords of which one schema must fit: what keeps each from fitting is of no use. */
const CHOOSING: ReadonlySet<string> = new Set(["anyOf", "oneOf", "contains", "minContains", "maxContains"]);

/** What keeps data from fitting a type's JSON Schema (2020-12); empty when it fits. @param schema null: any object fits */
export function faultsOf(schema: Record<string, unknown> | null, data: unknown): DataFault[] {
  if (schema === null) return [];
  try {
    const guard = guarded(schema);
    const { errors } = validate(data, guard.schema, "2020-12", guard.lookup, false);
    return distinct(leaves(errors.slice(0, MAX_REPORTS)).map((unit) => faultOf(unit, guard)));
  } catch (error) {
    // A RangeError: the stack was too small for it.
    if (error instanceof TooMuchWork || error instanceof RangeError)
      return [{ pointer: "", detail: "takes too much work to check against the type's schema" }];
    if (error instanceof URIError) return [{ pointer: "", detail: "must have well-formed names only" }];
    throw error;
  }
}

function distinct(faults: readonly DataFault[]): DataFault[] {
  return [...new Map(faults.map((fault) => [`${fault.pointer} ${fault.detail}`, fault])).values()].slice(
    0,
    MAX_FAULTS,
  );
}

/** The reports that are about a value itself. */
function leaves(units: readonly OutputUnit[]): OutputUnit[] {
  const chosen = units.filter(({ keyword }) => CHOOSING.has(keyword));
  const isInChoice = ({ keywordLocation, instanceLocation }: OutputUnit) =>
    chosen.some(
      (choice) =>
        keywordLocation.startsWith(`${choice.keywordLocation.replace(/\/m..Contains$/, "/contains")}/`) &&
        `${instanceLocation}/`.startsWith(`${choice.instanceLocation}/`),
    );
  return units.filter((unit) => !ENCLOSING.has(unit.keyword) && !isInChoice(unit));
}

/** The parts of a location as the validator prints it: `#/a/b~1c`, percent-encoded. */
const partsOf = (location: string): string[] =>
  decodeURIComponent(location)
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The value of the keyword at this location. */
function valueAt(location: string, { schema, lookup }: Guarded): unknown {
  let value: unknown = schema;
  for (const part of partsOf(location)) {
    if (!isObject(value) && !Array.isArray(value)) return undefined;
    const fields: object = value;
    value = Object.getOwnPropertyDescriptor(fields, part)?.value ?? Reflect.get(fields, part);
    const uri = part === "$ref" ? Reflect.get(fields, "__absolute_ref__") : undefined;
    if (typeof uri === "string") value = lookup[uri];
  }
  return value;
}

const escaped = (key: string): string => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** The key that a report names: `… property "a".`, `… have "b".` */
const namedIn = (error: string): string => / (?:property|have) "([^]*)"\.$/.exec(error)?.[1] ?? "";

function faultOf(
  { keyword, keywordLocation, instanceLocation, error }: OutputUnit,
  guard: Guarded,
): DataFault {
  const pointer = decodeURIComponent(instanceLocation.slice(1));
  if (keyword === "required" || keyword === "dependentRequired")
    return { pointer: pointer + escaped(namedIn(error)), detail: "is required" };
  if (keyword === "enum" && /\/(additional|unevaluated)Properties\/enum$/.test(keywordLocation))
    return { pointer, detail: "is not a known field" };
  return { pointer, detail: detailOf(keyword, valueAt(keywordLocation, guard)) };
}

const shown = (value: unknown): string => {
  const text = typeof value === "string" ? `\`${value}\`` : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
};

const listed = (values: readonly string[], last: string): string =>
  values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} ${last} ${values.at(-1) ?? ""}`;

const counted = (n: unknown, noun: string): string => `${String(n)} ${noun}${n === 1 ? "" : "s"}`;

const typed = (value: unknown): string =>
  listed(
    [value].flat().map((type) => TYPES[String(type)] ?? "of another type"),
    "or",
  );

const DETAILS: Readonly<Record<string, (value: unknown) => string>> = {
  type: (value) => `must be ${typed(value)}`,
  const: (value) => `must be ${shown(value)}`,
  enum: (value) =>
    Array.isArray(value) && value.length > 0
      ? `must be one of ${value.slice(0, 20).map(shown).join(", ")}${value.length > 20 ? " …" : ""}`
      : "is not allowed",
  minLength: (n) => (n === 1 ? "must not be empty" : `must have at least ${counted(n, "character")}`),
  maxLength: (n) => `must have at most ${counted(n, "character")}`,
  pattern: (value) => `must match the pattern ${shown(value)}`,
  format: (value) => `must be ${FORMATS[String(value)] ?? "of another form"}`,
  minimum: (n) => `must be at least ${String(n)}`,
  maximum: (n) => `must be at most ${String(n)}`,
  exclusiveMinimum: (n) => `must be more than ${String(n)}`,
  exclusiveMaximum: (n) => `must be less than ${String(n)}`,
  multipleOf: (n) => `must be a multiple of ${String(n)}`,
  minItems: (n) => (n === 1 ? "must not be empty" : `must have at least ${counted(n, "member")}`),
  maxItems: (n) => `must have at most ${counted(n, "member")}`,
  uniqueItems: () => "must not have the same member twice",
  contains: () => "has no member of the kind that is required",
  minContains: (n) => `must have at least ${counted(n, "member")} of the kind that is required`,
  maxContains: (n) => `must have at most ${counted(n, "member")} of the kind that is required`,
  minProperties: (n) => `must have at least ${counted(n, "field")}`,
  maxProperties: (n) => `must have at most ${counted(n, "field")}`,
  anyOf: () => "fits none of the schema's alternatives",
  oneOf: () => "must fit exactly one of the schema's alternatives",
};

const detailOf = (keyword: string, value: unknown): string => DETAILS[keyword]?.(value) ?? "is not allowed";
