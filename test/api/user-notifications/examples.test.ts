import { describe, expect, test } from "vitest";
import { bodiesOf } from "../../support/contract.ts";
import { openApi } from "../../support/openapi.ts";
import * as examples from "./examples.ts";

const BASE = "/api/v1/notifications";

const declared = bodiesOf(await openApi());

describe("each example fits the schema that the OpenAPI document declares", () => {
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
    expect(declared.answer(method, BASE + path, 200).safeParse(example).error).toBeUndefined();
  });

  test.each([
    ["PATCH", "/preferences", examples.patchRequest],
    ["PATCH", "/preferences", examples.curlPatchRequest],
    ["PUT", "/preferences", examples.patchRequest],
    ["POST", "/test", examples.testRequest],
  ] as const)("%s %s takes its request", (method, path, example) => {
    expect(declared.request(method, BASE + path).safeParse(example).error).toBeUndefined();
  });
});
