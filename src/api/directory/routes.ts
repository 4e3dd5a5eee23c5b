import { createRoute, z } from "@hono/zod-openapi";
import { access, OPERATOR_ROLES } from "../../http/access.ts";
import { json, jsonBody, problems } from "../../http/schemas.ts";
import { bulkOf, deleted, entityId, notifyQuery, upserted } from "./schemas.ts";
import type { WireCollection } from "./wire.ts";

export const BASE = "/api/v1/directory";

const operators = access(null, OPERATOR_ROLES);

/** `peer mentor` as `PeerMentor`: a part of an operation's id. */
const inCamelCase = (words: string): string =>
  words.replaceAll(/(?:^|[ -])([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The four operations of a collection. */
export function routesOf({ collection, body, item, printed, about, deletion, exampleId }: WireCollection) {
  const { name, noun } = collection;
  const one = inCamelCase(noun);
  const tags = ["Directory"];
  const params = z.object({
    id: entityId.openapi({
      param: { name: "id", in: "path" },
      description: `The caller's own id of the ${noun}.`,
      example: exampleId,
    }),
  });
  return {
    put: createRoute({
      tags,
      middleware: operators,
      method: "put",
      path: `${BASE}/${name}/{id}`,
      operationId: `put${one}`,
      summary: `Create or replace this ${noun}`,
      description: `${about} The whole ${noun} is replaced: what the body leaves out becomes null, or its default.`,
      request: { params, query: notifyQuery, body: jsonBody(body) },
      responses: {
        200: json(printed, "Replaced, or as it was"),
        201: json(printed, "Created"),
        ...problems(400, 413, 415),
      },
    }),
    get: createRoute({
      tags,
      middleware: operators,
      method: "get",
      path: `${BASE}/${name}/{id}`,
      operationId: `get${one}`,
      summary: `Read this ${noun}`,
      request: { params },
      responses: { 200: json(printed, `The ${noun}`), ...problems(400, 404) },
    }),
    remove: createRoute({
      tags,
      middleware: operators,
      method: "delete",
      path: `${BASE}/${name}/{id}`,
      operationId: `delete${one}`,
      summary: `Delete this ${noun}`,
      description: deletion,
      request: { params },
      responses: { 200: json(deleted, "Deleted"), ...problems(400, 404, 409, 503) },
    }),
    bulk: createRoute({
      tags,
      middleware: operators,
      method: "post",
      path: `${BASE}/${name}`,
      operationId: `put${inCamelCase(name)}`,
      summary: `Create or replace many ${name}`,
      description: `${about} Up to 1,000 items, each as in its own PUT. One that is wrong is named in \`rejected\` and \`errors\`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.`,
      request: { query: notifyQuery, body: jsonBody(bulkOf(item)) },
      responses: { 200: json(upserted, "Written"), ...problems(400, 413, 415) },
    }),
  };
}
