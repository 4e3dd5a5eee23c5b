import { describe, expect, test } from "vitest";
import { findOperation, toZod } from "../../support/contract.ts";
import { openApi } from "../../support/openapi.ts";
import * as examples from "./examples.ts";

const BASE = "/api/v1/notifications";

const document = await openApi();

describe("each example fits the schema that the OpenAPI document declares", () => {
  const operation = (method: string, path: string) => {
    const found = findOperation(document, method, path);
    if (!found) throw new Error(`The document does not know ${method} ${path}`);
    return found;
  };

  test.each([
    ["GET", "/preferences", examples.preferencesAnswer],
    ["PATCH", "/preferences", examples.patchAnswer],
    ["PUT", "/preferences", examples.patchAnswer],
    ["GET", "/history", examples.historyAnswer],
    ["GET", "/history/h1a2b3c4-d5e6-7890-abcd-ef1234567890", examples.historyAnswer.items[0]],
    ["POST", "/test", examples.testAnswer],
    ["GET", "/stats", examples.statsAnswer],
    ["GET", "/health", examples.healthAnswer],
  ] as const)("%s %s answers it", (method, path, example) => {
    const schema = operation(method, BASE + path).responses[200]?.content?.["application/json"]?.schema;
    expect(schema).toBeDefined();
    expect(toZod(schema ?? {}, document.components.schemas).safeParse(example).error).toBeUndefined();
  });

  test.each([
    ["PATCH", "/preferences", examples.patchRequest],
    ["PATCH", "/preferences", examples.curlPatchRequest],
    ["PUT", "/preferences", examples.patchRequest],
    ["POST", "/test", examples.testRequest],
  ] as const)("%s %s takes its request", (method, path, example) => {
    const schema = operation(method, BASE + path).requestBody?.content["application/json"]?.schema;
    expect(schema).toBeDefined();
    expect(toZod(schema ?? {}, document.components.schemas).safeParse(example).error).toBeUndefined();
  });
});
