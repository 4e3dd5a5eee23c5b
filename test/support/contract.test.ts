import { describe, expect, test } from "vitest";
import { createContractCheck, findOperation, type OpenApi, type Seen } from "./contract.ts";
import type { JsonSchema } from "./from-schema.ts";
import { lacks } from "./same-shape.ts";

const json = (schema: JsonSchema) => ({ content: { "application/json": { schema } } });
const problem = {
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

const document = {
  paths: {
    "/api/things/{id}": {
      get: { responses: { 200: json({ $ref: "#/components/schemas/Thing" }), 404: problem } },
    },
    "/api/things/{id}/{part}": { get: { responses: { 200: json({}) } } },
    "/api/things/static": { get: { responses: { 204: {} } } },
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        properties: {
          id: { type: "string" },
          at: { type: ["string", "null"], format: "date-time" },
          more: { type: "object", additionalProperties: {} },
        },
        required: ["id", "at"],
      },
      Problem: {
        type: "object",
        properties: { status: { type: "integer" }, request_id: { type: "string" } },
        required: ["status", "request_id"],
        additionalProperties: {},
      },
    },
  },
} satisfies OpenApi;

const thing = { id: "1", at: "2026-03-26T08:00:00.000Z" };
const seen = (more: Partial<Seen> = {}): Seen => ({
  method: "GET",
  path: "/api/things/1?x=y",
  status: 200,
  contentType: "application/json; charset=utf-8",
  body: thing,
  ...more,
});
const notFound = {
  status: 404,
  contentType: "application/problem+json",
  body: { status: 404, request_id: "r" },
};

describe("the check of answers", () => {
  const check = createContractCheck(document);

  test.each([
    ["what is declared", {}],
    ["null where it is allowed", { body: { id: "1", at: null } }],
    ["an open object", { body: { ...thing, more: { anything: [1] } } }],
    ["a declared problem", notFound],
    ["a problem where there is no route", { ...notFound, path: "/api/nothing" }],
    ["a page that is not the API's", { path: "/docs", contentType: "text/html", body: "<html>" }],
    ["an answer without a body", { method: "OPTIONS", status: 204, contentType: null, body: "" }],
  ])("passes %s", (_, more) => {
    expect(() => check(seen(more))).not.toThrow();
  });

  test.each([
    ["an undeclared status", { status: 418 }, "does not declare this status"],
    ["an undeclared media type", { contentType: "text/html" }, 'does not declare "text/html"'],
    ["no media type", { contentType: null }, "does not declare"],
    ["a missing field", { body: { id: "1" } }, "not as the document declares"],
    ["a field of another type", { body: { ...thing, id: 1 } }, "not as the document declares"],
    ["a time that is none", { body: { ...thing, at: "yesterday" } }, "not as the document declares"],
    ["an undeclared field", { body: { ...thing, secret: 1 } }, "not as the document declares"],
    ["a body that is not JSON", { body: "text" }, "not as the document declares"],
    ["a problem of another status", { ...notFound, body: { status: 500, request_id: "r" } }, "says 500"],
    ["a route that is not documented", { path: "/api/nothing" }, "does not know this route"],
    [
      "an error of the API that is no problem",
      { ...notFound, path: "/api/nothing", contentType: "text/plain" },
      "no problem document",
    ],
  ])("fails %s", (_, more, message) => {
    expect(() => check(seen(more))).toThrow(message);
  });

  test("looks at the route with the most fixed segments", () => {
    expect(Object.keys(findOperation(document, "GET", "/api/things/static")?.responses ?? {})).toEqual([
      "204",
    ]);
    expect(findOperation(document, "GET", "/api/things/")).toBeUndefined();
    expect(findOperation(document, "POST", "/api/things/1")).toBeUndefined();
  });
});

describe("the comparison with an example", () => {
  const example = {
    id: "notif_d1e2f3",
    name: "any text",
    at: "2026-03-26T08:00:00Z",
    list: [{ n: 1 }],
    none: null,
  };

  test("finds nothing where fields, nesting and types are the same, and allows more", () => {
    const answer = {
      id: "notif_01jq8z3k5te8v9m4p2r7x6w1yd",
      name: "",
      at: "2026-03-26T08:00:00.100Z",
      list: [{ n: 7 }, { n: 8, x: 1 }],
      none: null,
      more: true,
    };
    expect(lacks(answer, example)).toEqual([]);
  });

  test("finds each difference by its place", () => {
    const answer = { id: "dsp_01jq", name: 7, at: "26.3.2026", list: [{ n: 1 }, { n: "1" }, {}], none: 0 };
    expect(lacks(answer, example).map((difference) => difference.split(":")[0])).toEqual([
      "/id",
      "/name",
      "/at",
      "/list/1/n",
      "/list/2/n",
      "/none",
    ]);
    expect(lacks({ ...example, list: [] }, example)).toEqual(["/list: is empty"]);
    expect(lacks([], example)).toEqual([": is array, not object"]);
  });
});
