import type { OpenApi } from "../../support/contract.ts";
import { isObject } from "../../../src/lib/objects.ts";
import { openApi } from "../../support/openapi.ts";

export const BASE = "/api/v1/directory";

/** The document, made once: it depends upon nothing but the code. */
const document = await openApi();

/** The example that the reference shows of a schema. */
function exampleOf({ components }: OpenApi, reference: string | undefined): Record<string, unknown> {
  const { example } = components.schemas[reference?.split("/").at(-1) ?? ""] ?? {};
  if (!isObject(example)) throw new Error(`${reference} has no example`);
  return example;
}

/** The paths of a collection, and what the reference shows as bodies: of a put, and an item of a bulk. */
export function bodiesOf(name: string) {
  const { paths } = document;
  const bodyOf = (method: string, path: string) =>
    paths[path]?.[method]?.requestBody?.content["application/json"]?.schema;
  const items = bodyOf("post", `${BASE}/${name}`)?.properties?.["items"]?.items;
  const item = exampleOf(document, items?.$ref);
  return {
    one: (id: string) => `${BASE}/${name}/${id}`,
    many: `${BASE}/${name}`,
    facts: exampleOf(document, bodyOf("put", `${BASE}/${name}/{id}`)?.$ref),
    item: { ...item, id: String(item["id"]) },
  };
}
