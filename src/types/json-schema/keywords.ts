/** What a keyword of JSON Schema 2020-12 takes. */
export type Kind =
  | "schema"
  | "schemas"
  | "schemas by name"
  | "schemas by pattern"
  | "count"
  | "number"
  | "positive number"
  | "true or false"
  | "text"
  | "texts"
  | "texts by name"
  | "values"
  | "anything"
  | "type"
  | "pattern"
  | "format"
  | "reference"
  | "anchor"
  | "id"
  | "dialect";

/**
 * The keywords of the 2020-12 meta-schemas, but for dynamic references
 * (https://json-schema.org/draft/2020-12/schema). The meta-schemas themselves need dynamic references to be checked against.
 */
export const KEYWORDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["$schema", "dialect"],
  ["$id", "id"],
  ["$anchor", "anchor"],
  ["$ref", "reference"],
  ["$defs", "schemas by name"],
  ["definitions", "schemas by name"],
  ["$comment", "text"],
  ["type", "type"],
  ["enum", "values"],
  ["const", "anything"],
  ["allOf", "schemas"],
  ["anyOf", "schemas"],
  ["oneOf", "schemas"],
  ["not", "schema"],
  ["if", "schema"],
  ["then", "schema"],
  ["else", "schema"],
  ["properties", "schemas by name"],
  ["patternProperties", "schemas by pattern"],
  ["additionalProperties", "schema"],
  ["unevaluatedProperties", "schema"],
  ["propertyNames", "schema"],
  ["required", "texts"],
  ["minProperties", "count"],
  ["maxProperties", "count"],
  ["dependentRequired", "texts by name"],
  ["dependentSchemas", "schemas by name"],
  ["prefixItems", "schemas"],
  ["items", "schema"],
  ["unevaluatedItems", "schema"],
  ["contains", "schema"],
  ["minContains", "count"],
  ["maxContains", "count"],
  ["minItems", "count"],
  ["maxItems", "count"],
  ["uniqueItems", "true or false"],
  ["minimum", "number"],
  ["maximum", "number"],
  ["exclusiveMinimum", "number"],
  ["exclusiveMaximum", "number"],
  ["multipleOf", "positive number"],
  ["minLength", "count"],
  ["maxLength", "count"],
  ["pattern", "pattern"],
  ["format", "format"],
  ["title", "text"],
  ["description", "text"],
  ["default", "anything"],
  ["examples", "values"],
  ["deprecated", "true or false"],
  ["readOnly", "true or false"],
  ["writeOnly", "true or false"],
  ["contentEncoding", "text"],
  ["contentMediaType", "text"],
  ["contentSchema", "schema"],
]);

/** Keywords that would silently do nothing here, or something else than their authors mean; and what to use. */
export const NOT_CARRIED_OUT: ReadonlyMap<string, string> = new Map([
  ["$dynamicRef", "is not supported; use $ref"],
  ["$dynamicAnchor", "is not supported; use $anchor"],
  ["$recursiveRef", "is not part of 2020-12; use $ref"],
  ["$recursiveAnchor", "is not part of 2020-12; use $anchor"],
  ["$vocabulary", "is for meta-schemas only"],
  ["id", "is not part of 2020-12; use $anchor"],
  ["additionalItems", "is not part of 2020-12; use prefixItems and items"],
  ["dependencies", "is not part of 2020-12; use dependentRequired or dependentSchemas"],
]);

/** The types of JSON Schema, as our errors name them. */
export const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

/** The formats that are checked, as our errors name them. Any other could only be a mistake, or a false promise. */
export const FORMATS: Readonly<Record<string, string>> = {
  date: "a date, such as 2026-03-26",
  time: "a time with an offset, such as 08:00:00Z",
  "date-time": "a time with an offset, such as 2026-03-26T08:00:00Z",
  duration: "an ISO 8601 duration, such as PT10M",
  email: "an e-mail address",
  hostname: "a host name",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  uri: "a URI",
  "uri-reference": "a URI or a relative reference",
  uuid: "a UUID",
  "json-pointer": "a JSON pointer",
};
