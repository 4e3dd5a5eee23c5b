import { dereference, type Schema } from "@cfworker/json-schema";
import type { FieldError } from "../../lib/failure.ts";
import { isObject } from "../../lib/objects.ts";
import { FORMATS, type Kind, KEYWORDS, NOT_CARRIED_OUT, TYPES } from "./keywords.ts";
import { patternFault } from "./patterns.ts";

/** The largest schema, in characters of JSON. */
export const MAX_SCHEMA_CHARS = 16_384;

const DIALECT = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;
const ANCHOR = /^[A-Za-z_][-A-Za-z0-9._]*$/;

/** Keywords whose schemas are for the same value as the schema that has them. */
const IN_PLACE = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"] as const;

const escaped = (key: string): string => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;

const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed();
const isCount = (value: unknown): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isType = (value: unknown): boolean => typeof value === "string" && Object.hasOwn(TYPES, value);
const areTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every(isText) && new Set(value).size === value.length;

const oneOf = (names: object): string => `must be one of ${Object.keys(names).join(", ")}`;

type Simple = Exclude<Kind, "schema" | "schemas" | "schemas by name" | "schemas by pattern">;

/** What is wrong with the value of a keyword that holds no schemas; null: nothing. */
const SIMPLE: Readonly<Record<Simple, (value: unknown, isRoot: boolean) => string | null>> = {
  count: (value) => (isCount(value) ? null : "must be a whole number, 0 or more"),
  number: (value) => (isNumber(value) ? null : "must be a number"),
  "positive number": (value) => (isNumber(value) && value > 0 ? null : "must be a number above 0"),
  "true or false": (value) => (typeof value === "boolean" ? null : "must be true or false"),
  text: (value) => (isText(value) ? null : "must be a string"),
  texts: (value) => (areTexts(value) ? null : "must be a list of strings, none twice"),
  "texts by name": (value) =>
    isObject(value) && Object.values(value).every(areTexts) ? null : "must be an object of lists of strings",
  values: (value) => (Array.isArray(value) ? null : "must be a list"),
  anything: () => null,
  type(value) {
    const types: unknown[] = Array.isArray(value) ? value : [value];
    return types.length > 0 && types.every(isType) && new Set(types).size === types.length
      ? null
      : oneOf(TYPES);
  },
  pattern: (value) => (isText(value) ? patternFault(value) : "must be a string"),
  format: (value) => (typeof value === "string" && Object.hasOwn(FORMATS, value) ? null : oneOf(FORMATS)),
  reference: (value) =>
    isText(value) && value.startsWith("#") ? null : "must begin with #: other documents are not fetched",
  anchor: (value) => (isText(value) && ANCHOR.test(value) ? null : "must be a name"),
  id: (value, isRoot) => (isText(value) && isRoot ? null : "must be a string, and at the root only"),
  dialect: (value, isRoot) =>
    isText(value) && isRoot && DIALECT.test(value)
      ? null
      : "must be https://json-schema.org/draft/2020-12/schema, and at the root only",
};

/** The schemas in a schema, with where they stand in it. */
function* schemasIn(
  kind: Kind,
  at: string,
  value: unknown,
): Generator<[at: string, schema: unknown] | FieldError> {
  if (kind === "schema") yield [at, value];
  else if (kind === "schemas") {
    if (!Array.isArray(value) || value.length === 0)
      yield { pointer: at, detail: "must be a list of schemas" };
    else for (const [i, one] of value.entries()) yield [`${at}/${i}`, one];
  } else if (!isObject(value)) yield { pointer: at, detail: "must be an object of schemas" };
  else
    for (const [name, one] of Object.entries(value)) {
      const detail =
        !name.isWellFormed() || name === "__proto__"
          ? "is not a name that can be used"
          : kind === "schemas by pattern"
            ? patternFault(name, 1)
            : null;
      if (detail === null) yield [at + escaped(name), one];
      else yield { pointer: at + escaped(name.toWellFormed()), detail };
    }
}

/** A schema that has been read, and where it stands. */
type Read = Map<object, string>;

/** Every fault in the form of a schema. It goes over each part once. */
function* formFaults(schema: unknown, read: Read, at = ""): Generator<FieldError> {
  if (typeof schema === "boolean") return;
  if (!isObject(schema)) {
    yield { pointer: at, detail: "must be a schema: an object, true or false" };
    return;
  }
  read.set(schema, at);
  for (const [keyword, value] of Object.entries(schema)) {
    const pointer = at + escaped(keyword.toWellFormed());
    const kind = KEYWORDS.get(keyword);
    const refusal = keyword.startsWith("__") ? "is not a known keyword" : NOT_CARRIED_OUT.get(keyword);
    if (refusal !== undefined) yield { pointer, detail: refusal };
    else if (
      kind === "schema" ||
      kind === "schemas" ||
      kind === "schemas by name" ||
      kind === "schemas by pattern"
    ) {
      for (const found of schemasIn(kind, pointer, value))
        if (Array.isArray(found)) yield* formFaults(found[1], read, found[0]);
        else yield found;
    } else if (kind !== undefined) {
      const detail = SIMPLE[kind](value, at === "");
      if (detail !== null) yield { pointer, detail };
    }
  }
}

const targetOf = (schema: object, lookup: Readonly<Record<string, unknown>>): unknown => {
  const uri = "__absolute_ref__" in schema ? schema.__absolute_ref__ : undefined;
  return typeof uri === "string" ? lookup[uri] : undefined;
};

/** References that lead nowhere, or into something that is no schema. */
function* refFaults(read: Read, lookup: Readonly<Record<string, unknown>>): Generator<FieldError> {
  for (const [schema, at] of read) {
    if (!("$ref" in schema)) continue;
    const target = targetOf(schema, lookup);
    if (typeof target !== "boolean" && !(isObject(target) && read.has(target)))
      yield { pointer: `${at}/$ref`, detail: "leads to no schema in this document" };
  }
}

/** References that come back to themselves for the same value, so that checking it would never end. */
function* loopFaults(read: Read, lookup: Readonly<Record<string, unknown>>): Generator<FieldError> {
  const state = new Map<object, "open" | "done">();
  const inPlace = (schema: object): unknown[] => {
    const fields: Readonly<Record<string, unknown>> = { ...schema };
    return IN_PLACE.flatMap((keyword) => {
      const value = fields[keyword];
      return keyword === "dependentSchemas" && isObject(value) ? Object.values(value) : value;
    }).concat("$ref" in schema ? [targetOf(schema, lookup)] : []);
  };
  const loops = (schema: unknown): boolean => {
    if (!isObject(schema) || state.get(schema) === "done") return false;
    if (state.get(schema) === "open") return true;
    state.set(schema, "open");
    const found = inPlace(schema).some(loops);
    state.set(schema, "done");
    return found;
  };
  for (const [schema, at] of read)
    if (loops(schema)) yield { pointer: at, detail: "must not refer to itself for the same value" };
}

/**
 * What is wrong with a payload schema; empty if it can be used. It must be a schema by the 2020-12 meta-schema that refers to
 * nothing outside of itself, and whose patterns are safe. Pointers are into the schema.
 */
export function schemaFaults(given: Readonly<Record<string, unknown>>): FieldError[] {
  if (JSON.stringify(given).length > MAX_SCHEMA_CHARS)
    return [{ pointer: "", detail: `must have at most ${MAX_SCHEMA_CHARS} characters of JSON` }];
  const schema: Schema = structuredClone(given);
  const read: Read = new Map();
  const faults = [...formFaults(schema, read)];
  if (faults.length > 0) return faults;
  delete schema.$id;
  const lookup = dereference(schema);
  const broken = [...refFaults(read, lookup)];
  return broken.length > 0 ? broken : [...loopFaults(read, lookup)].slice(0, 1);
}
