import { beforeAll, describe, expect, test } from "vitest";
import { version } from "../../package.json";
import { readWords } from "../../src/api/docs/words.ts";
import { ROLES } from "../../src/auth/principal.ts";
import { isObject } from "../../src/lib/objects.ts";
import { expected, WHO } from "../security/callers.ts";
import { TABLE } from "../security/matrix.ts";
import { toZod } from "../support/contract.ts";
import { createHarness } from "../support/harness.ts";

interface Body {
  schema: Record<string, unknown>;
  example?: unknown;
}
interface Operation {
  operationId?: string;
  tags: string[];
  description?: string;
  security: Record<string, unknown>[];
  "x-roles"?: string[];
  parameters?: { name: string; in: string; description?: string }[];
  requestBody?: { content: Record<string, Body> };
  responses: Record<string, { content?: Record<string, Body> }>;
}
interface Document {
  info: { version: string };
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

let document: Document;
let operations: { name: string; operation: Operation }[];

beforeAll(async () => {
  ({ body: document } = await createHarness().request("GET", "/openapi.json", { as: null }));
  operations = [document.paths, document.webhooks].flatMap((section) =>
    Object.entries(section).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    ),
  );
});

/** Every object of the document that is a schema's property, with its name; examples and data are none. */
function* propertiesOf(node: unknown): Generator<[name: string, property: Record<string, unknown>]> {
  if (Array.isArray(node)) for (const one of node) yield* propertiesOf(one);
  if (!isObject(node)) return;
  const { properties, example: _, examples: __, ...others } = node;
  for (const [name, property] of Object.entries(isObject(properties) ? properties : {})) {
    if (isObject(property)) yield [name, property];
    yield* propertiesOf(property);
  }
  yield* propertiesOf(Object.values(others));
}

/** Every value under `key`, wherever it stands. */
function* valuesOf(node: unknown, key: string): Generator<unknown> {
  if (Array.isArray(node)) for (const one of node) yield* valuesOf(one, key);
  if (!isObject(node)) return;
  if (key in node) yield node[key];
  for (const one of Object.values(node)) yield* valuesOf(one, key);
}

const jsonOf = (body: { content?: Record<string, Body> } | undefined) => body?.content?.["application/json"];

/** The bodies that an operation takes and answers with when it went well. */
const bodiesOf = ({ requestBody, responses }: Operation): Body[] =>
  [
    jsonOf(requestBody),
    ...Object.entries(responses).flatMap(([status, one]) => (status.startsWith("2") ? [jsonOf(one)] : [])),
  ].filter((body) => body !== undefined);

const named = (schema: Record<string, unknown>): Record<string, unknown> =>
  document.components.schemas[String(schema["$ref"]).split("/").at(-1) ?? ""] ?? schema;

describe("the reference", () => {
  test("has the package's version", () => {
    expect(document.info.version).toBe(version);
  });

  test("gives each operation a name of its own, which programs can call a function by", () => {
    const ids = operations.map(({ operation }) => operation.operationId ?? "");
    expect(ids.filter((id) => !/^[a-z][a-zA-Z0-9]+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("says what each tag is about, and names no other", () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    expect(new Set(document.tags.map(({ name }) => name))).toEqual(used);
    expect(document.tags.filter(({ description }) => !description)).toEqual([]);
    expect(Object.keys(readWords().tags).filter((name) => !used.has(name))).toEqual([]);
  });

  test("says what every property and every parameter means", () => {
    const silent = [...propertiesOf(document)].filter(([, { description }]) => !description);
    expect(silent.map(([name]) => name)).toEqual([]);
    const unsaid = operations.flatMap(({ name, operation }) =>
      (operation.parameters ?? []).filter((one) => !one.description).map((one) => `${name}: ${one.name}`),
    );
    expect(unsaid).toEqual([]);
  });

  test("uses each of its words: none is left of what is no more", () => {
    const said = new Set([...valuesOf(document, "description")]);
    const { properties, places } = readWords();
    const left = Object.entries({ ...properties, ...places }).filter(([, text]) => !said.has(text));
    expect(left.map(([name]) => name)).toEqual([]);
  });

  test("shows an example of each body, which fits", () => {
    let seen = 0;
    for (const { name, operation } of operations)
      for (const { schema, example = named(schema)["example"] } of bodiesOf(operation)) {
        expect([name, example === undefined]).toEqual([name, false]);
        const { error } = toZod(schema, document.components.schemas).safeParse(example);
        expect([name, error?.message]).toEqual([name, undefined]);
        seen += 1;
      }
    expect(seen).toBeGreaterThan(150);
    const { examples } = readWords();
    const shown = JSON.stringify(document);
    expect(Object.keys(examples).filter((key) => !shown.includes(JSON.stringify(examples[key])))).toEqual([]);
  });

  test("has null as OpenAPI 3.1 has it, and patterns that are regular expressions", () => {
    expect([...valuesOf(document, "nullable")]).toEqual([]);
    const patterns = [...valuesOf(document, "pattern")].filter((one) => typeof one === "string");
    expect(patterns.length).toBeGreaterThan(10);
    // zod-to-openapi would print the flags with the pattern.
    expect(patterns.filter((pattern) => /\/[a-z]*$/.test(pattern))).toEqual([]);
    for (const pattern of patterns) expect(() => new RegExp(pattern, "u")).not.toThrow();
  });

  test("has the webhooks that we send, with what a receiver may answer", () => {
    const sent = Object.values(document.webhooks);
    expect(sent.length).toBeGreaterThan(5);
    for (const { post } of sent) {
      expect(Object.keys(post?.responses ?? {})).toContain("410");
      expect(post?.parameters?.map(({ name }) => name)).toContain("webhook-signature");
    }
  });
});

/** The outcomes that say that the role itself may not. */
const REFUSED = ["401", "403"];

/** The roles that get further than to a refusal in any row of the matrix. */
const rolesIn = (route: string): string[] => {
  const outcomes = (TABLE[route] ?? []).map(([policy]) => expected(policy, false));
  return ROLES.filter((role) =>
    WHO.some(
      (who) =>
        (who === `a ${role}` || who.startsWith(`a ${role}:`) || who.startsWith(`an ${role}:`)) &&
        outcomes.some((one) => !REFUSED.includes(one[who])),
    ),
  );
};

/** A test e-mail goes to the caller, and the matrix has no admin whom the directory knows. */
const UNKNOWN_ADMINS = ["POST /api/v1/notifications/test"];

describe("who may call, by the reference", () => {
  test("is who may by the matrix that is tried", () => {
    const compared = operations.filter(({ operation }) => operation.security.length > 0);
    expect(compared.length).toBeGreaterThan(120);
    for (const { name, operation } of compared)
      if (!UNKNOWN_ADMINS.includes(name)) expect([name, operation["x-roles"]]).toEqual([name, rolesIn(name)]);
  });

  test("is said in words, and where a contract can be open", () => {
    const of = (id: string) => operations.find(({ operation }) => operation.operationId === id)?.operation;
    expect(of("putUser")?.description).toMatch(/For `global_admin`, `service`\.$/);
    expect(of("listInbox")?.description).toMatch(/For `user`, `coordinator`, `org_admin`, `global_admin`\.$/);
    expect(of("putUser")?.security).toEqual([{ bearer: [] }]);
    expect(of("sendPush")?.description).toContain("`OPEN_CONTRACTS` lists `push-notifications`");
    expect(of("sendPush")?.security).toEqual([{ bearer: [] }, {}]);
  });
});
