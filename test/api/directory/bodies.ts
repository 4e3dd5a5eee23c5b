import type { OpenApi } from "../../support/contract.ts";
import { openApi } from "../../support/openapi.ts";

export const BASE = "/api/v1/directory";

type Facts = Record<string, unknown>;

/** The document, made once: it depends upon nothing but the code. */
const document = await openApi();

/** The example that the reference shows of a schema. */
function exampleOf({ components }: OpenApi, reference: string | undefined): Facts {
  const schema = components.schemas[reference?.split("/").at(-1) ?? ""];
  return (schema as { example: Facts }).example;
}

/** The paths of a collection, and what the reference shows as bodies: of a put, and an item of a bulk. */
export function bodiesOf(name: string) {
  const { paths } = document;
  const bodyOf = (method: string, path: string) =>
    paths[path]?.[method]?.requestBody?.content["application/json"]?.schema;
  const bulk = bodyOf("post", `${BASE}/${name}`) as { properties: { items: { items: { $ref: string } } } };
  return {
    one: (id: string) => `${BASE}/${name}/${id}`,
    many: `${BASE}/${name}`,
    facts: exampleOf(document, bodyOf("put", `${BASE}/${name}/{id}`)?.$ref),
    item: exampleOf(document, bulk.properties.items.items.$ref) as Facts & { id: string },
  };
}
