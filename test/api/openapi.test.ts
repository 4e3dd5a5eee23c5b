import { beforeAll, describe, expect, test } from "vitest";
import { allRoutes } from "../../src/app.ts";
import { toZod } from "../support/contract.ts";
import { createHarness } from "../support/harness.ts";

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: object;
}
interface Operation {
  summary?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: object }> }>;
}

let document: {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  security: Record<string, unknown>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
};
let operations: { name: string; path: string; method: string; operation: Operation }[];

beforeAll(async () => {
  ({ body: document } = await createHarness().request("GET", "/openapi.json", { as: null }));
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      path,
      method,
      operation,
    })),
  );
});

/** Names of the operations for which `wrong` holds. */
const those = (wrong: (one: (typeof operations)[number]) => boolean) =>
  operations.filter(wrong).map(({ name }) => name);

/** 101 is that of a WebSocket. */
const isSuccess = (status: string) => status === "101" || status.startsWith("2");

describe("/openapi.json", () => {
  test("is OpenAPI 3.1 and says where it is served", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.servers).toEqual([{ url: "http://tidings.test" }]);
    expect(operations.length).toBeGreaterThan(17);
  });

  test("names every route that the API has, and no other", async () => {
    const app = await allRoutes();
    const template = (path: string) => path.replaceAll(/:([^/]+)/g, "{$1}");
    const routed = app.routes
      .filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/") && !path.endsWith("*"))
      .map(({ method, path }) => `${method.toLowerCase()} ${template(path)}`);
    const documented = operations.filter(({ path }) => path.startsWith("/api/")).map(({ name }) => name);
    expect(new Set(routed)).toEqual(new Set(documented));
  });

  test("refers to nothing that is not there", () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    const missing = [...references]
      .map(([, name = ""]) => name)
      .filter((name) => !(name in document.components.schemas));
    expect(missing).toEqual([]);
  });

  test("has schemas that can be read as JSON Schema", () => {
    const schemas = operations.flatMap(({ operation }) => [
      ...[operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
        Object.values(part?.content ?? {}).map(({ schema }) => schema),
      ),
      ...(operation.parameters ?? []).map(({ schema }) => schema),
    ]);
    const different = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]));
    expect(different.size).toBeGreaterThan(50);
    for (const schema of different.values())
      expect(() => toZod(schema, document.components.schemas)).not.toThrow();
  });

  test("has a summary and a heading for each operation", () => {
    expect(those(({ operation }) => !operation.summary || operation.tags?.length !== 1)).toEqual([]);
  });

  test("declares of each operation an answer that went well, and describes each answer", () => {
    expect(those(({ operation }) => !Object.keys(operation.responses).some(isSuccess))).toEqual([]);
    expect(
      those(({ operation }) => Object.values(operation.responses).some(({ description }) => !description)),
    ).toEqual([]);
  });

  test("declares of each operation under /api the errors that any can have, as problem documents", () => {
    const lacks = ({ path, operation }: (typeof operations)[number]) =>
      path.startsWith("/api/") &&
      ["401", "403", "429", "500", "503"].some(
        (status) => !operation.responses[status]?.content?.["application/problem+json"],
      );
    expect(those(lacks)).toEqual([]);
  });

  test("asks for a token everywhere but where none is needed", () => {
    expect(document.security).toEqual([{ bearer: [] }]);
    expect(document.components.securitySchemes).toMatchObject({ bearer: { type: "http", scheme: "bearer" } });
    expect(those(({ operation }) => operation.security?.length === 0)).toEqual([
      "get /healthz",
      "get /api/v1/push/vapid-key",
      // A browser cannot send a token with a WebSocket; it brings a ticket instead.
      "get /api/v1/inbox/live",
      // The link is enough.
      "get /unsubscribe/{token}",
      "post /unsubscribe/{token}",
    ]);
  });

  test("declares each parameter of a path, as required", () => {
    const lacks = ({ path, operation }: (typeof operations)[number]) =>
      [...path.matchAll(/\{([^}]+)\}/g)].some(
        ([, name]) =>
          !operation.parameters?.some((one) => one.in === "path" && one.name === name && one.required),
      );
    expect(those(lacks)).toEqual([]);
  });

  test("declares 400, 413 and 415 wherever there is a body", () => {
    const lacks = ({ path, operation }: (typeof operations)[number]) =>
      path.startsWith("/api/") &&
      operation.requestBody !== undefined &&
      ["400", "413", "415"].some((status) => !operation.responses[status]);
    expect(those(lacks)).toEqual([]);
  });

  test("declares 400 wherever there is a query, and 404 wherever a path names something that must be there", () => {
    const asks = ({ operation }: (typeof operations)[number]) =>
      operation.parameters?.some((parameter) => parameter.in === "query") === true;
    expect(those((one) => asks(one) && !one.operation.responses["400"])).toEqual([]);
    const names = ({ method, path }: (typeof operations)[number]) =>
      path.includes("{") && !(method === "put" && path.startsWith("/api/v1/directory/"));
    expect(those((one) => names(one) && !one.operation.responses["404"])).toEqual([]);
  });

  test("names the headers and the filters of the push contract", () => {
    const parametersOf = (path: string, method: string) =>
      document.paths[path]?.[method]?.parameters?.map(({ name }) => name);
    expect(parametersOf("/api/v1/notifications", "post")).toEqual(["idempotency-key", "prefer"]);
    expect(parametersOf("/api/v1/notifications/batch", "post")).toEqual(["idempotency-key", "prefer"]);
    expect(parametersOf("/api/v1/notifications", "get")?.toSorted()).toEqual([
      "batch_id",
      "cursor",
      "from",
      "limit",
      "page",
      "prompt_id",
      "scenario_id",
      "status",
      "to",
      "user_id",
    ]);
  });
});
