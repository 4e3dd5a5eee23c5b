import type { Operation } from "../support/contract.ts";
import { openApi } from "../support/openapi.ts";
import type { JsonSchema } from "../support/from-schema.ts";
import { isObject } from "../../src/lib/objects.ts";

/** Where something stands in a body. */
export type Place = readonly (string | number)[];

const document = await openApi();

/** The schema of a route's body, as /openapi.json has it. */
const bodySchema = ({ requestBody }: Operation) => requestBody?.content["application/json"]?.schema;

/** Nested no deeper than our bodies are; it also ends a schema that contains itself. */
const MAX_DEPTH = 6;

/** The places of all texts that a schema names: the first member of each list, a member of its own in an open object. */
function textPlaces(schema: JsonSchema, at: Place = []): Place[] {
  if (at.length > MAX_DEPTH) return [];
  if (schema.$ref !== undefined) return textPlaces(resolved(schema), at);
  const { anyOf = [], oneOf = [], allOf = [], properties = {}, items, additionalProperties } = schema;
  const isText =
    [schema.type].flat().includes("string") || schema.enum?.some((one) => typeof one === "string");
  return [
    ...(isText === true ? [at] : []),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((one) => textPlaces(one, at)),
    ...Object.entries(properties).flatMap(([name, inner]) => textPlaces(inner, [...at, name])),
    ...(items ? textPlaces(items, [...at, 0]) : []),
    ...(typeof additionalProperties === "object" ? [[...at, "member"]] : []),
  ];
}

/** A route of the document: its name, the places of texts in its body, the texts of its query, and whether its path has a parameter. */
export interface Route {
  route: string;
  places: Place[];
  query: string[];
  hasParameter: boolean;
  hasBody: boolean;
  /** The body's list of objects, where it has one; and the fields of the body and of that list's members. */
  list: string | null;
  fields: string[];
}

const resolved = (schema: JsonSchema): JsonSchema =>
  schema.$ref === undefined
    ? schema
    : (document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});

function fieldsOf(schema: JsonSchema): Pick<Route, "list" | "fields"> {
  const { properties = {}, anyOf = [], oneOf = [] } = resolved(schema);
  const variants = [...anyOf, ...oneOf].flatMap((one) => fieldsOf(one).fields);
  const members = Object.entries(properties).flatMap(([name, inner]) => {
    const { properties: own } = resolved(resolved(inner).items ?? {});
    return own === undefined ? [] : [{ name, fields: Object.keys(own) }];
  });
  return {
    list: members[0]?.name ?? null,
    fields: [...Object.keys(properties), ...variants, ...members.flatMap(({ fields }) => fields)],
  };
}

const unique = (places: Place[]): Place[] => [
  ...new Map(places.map((place) => [JSON.stringify(place), place])).values(),
];

export const ROUTES: readonly Route[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const schema = bodySchema(operation);
    return {
      route: `${method.toUpperCase()} ${path}`,
      places: schema === undefined ? [] : unique(textPlaces(schema)),
      query: (operation.parameters ?? []).filter((one) => one.in === "query").map(({ name }) => name),
      hasParameter: path.includes("{"),
      hasBody: schema !== undefined,
      ...fieldsOf(schema ?? {}),
    };
  }),
);

/** A copy of `value` with something else at a place; what is missing on the way is made. */
export function put(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  if (typeof key === "number") {
    const list: unknown[] = Array.isArray(value) ? [...value] : [];
    list[key] = put(list[key], rest, by);
    return list;
  }
  const fields: Record<string, unknown> = isObject(value) ? value : {};
  return { ...fields, [key]: put(fields[key], rest, by) };
}
