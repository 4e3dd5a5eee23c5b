import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultsOf } from "../../src/types/data-faults.ts";
import { KEYWORDS } from "../../src/types/json-schema/keywords.ts";
import { costOf, patternFault } from "../../src/types/json-schema/patterns.ts";
import { MAX_SCHEMA_CHARS, schemaFaults } from "../../src/types/json-schema/schema-faults.ts";

const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });

/** What is not bounded takes minutes or longer; a busy machine may take some seconds for what is. */
const BOUNDED_MS = 20_000;

/** How long work takes. The clock of workerd stands still while code runs, so it is read again after a timer. */
async function msOf(work: () => unknown): Promise<number> {
  await scheduler.wait(1);
  const started = performance.now();
  work();
  await scheduler.wait(1);
  return performance.now() - started;
}

test("time that is measured passes", async () => {
  const search = () => /^(?:a+)+$/.test(`${"a".repeat(23)}b`);
  expect(await msOf(search)).toBeGreaterThan(5);
});

describe("a schema is refused with a pointer", () => {
  test.each([
    [{ type: "strnig" }, "/type"],
    [{ properties: [] }, "/properties"],
    [{ properties: { a: 1 } }, "/properties/a"],
    [{ properties: { "a/b": { minLength: -1 } } }, "/properties/a~1b/minLength"],
    [{ required: ["a", "a"] }, "/required"],
    [{ enum: "a" }, "/enum"],
    [{ allOf: [] }, "/allOf"],
    [{ items: [{}] }, "/items"],
    [{ multipleOf: 0 }, "/multipleOf"],
    [{ $schema: "http://json-schema.org/draft-07/schema#" }, "/$schema"],
    [{ properties: { a: { $id: "https://example.com/a" } } }, "/properties/a/$id"],
    [{ $ref: "https://example.com/schema.json" }, "/$ref"],
    [{ $ref: "other.json#/a" }, "/$ref"],
    [{ $ref: "#/$defs/missing" }, "/$ref"],
    // A place that is no schema, and so was not checked.
    [{ properties: { a: { $ref: "#/extra" } }, extra: { pattern: "(a+)+$" } }, "/properties/a/$ref"],
    [{ __absolute_ref__: "x", $ref: "#" }, "/__absolute_ref__"],
    [{ $dynamicRef: "#a" }, "/$dynamicRef"],
    [{ dependencies: {} }, "/dependencies"],
    [{ format: "__proto__" }, "/format"],
    [{ format: "url" }, "/format"],
    [{ pattern: "(" }, "/pattern"],
    [{ patternProperties: { "(": {} } }, "/patternProperties/("],
    [{ patternProperties: { "^a*b*$": {} } }, "/patternProperties/^a*b*$"],
    [{ $ref: "#" }, ""],
    [{ allOf: [{ $ref: "#/$defs/a" }], $defs: { a: { not: { $ref: "#/$defs/a" } } } }, ""],
    [{ description: "x".repeat(MAX_SCHEMA_CHARS) }, ""],
    [{ dependentSchemas: { a: { $ref: "#" } } }, ""],
    [{ minLength: 1.5 }, "/minLength"],
    [{ multipleOf: -1 }, "/multipleOf"],
    [{ title: "\ud800" }, "/title"],
    [{ required: [1] }, "/required"],
    [{ dependentRequired: { a: "b" } }, "/dependentRequired"],
    [{ dependentRequired: { a: ["b"], c: ["b", "b"] } }, "/dependentRequired"],
    [{ type: [] }, "/type"],
    [{ type: ["string", "text"] }, "/type"],
    [{ type: ["string", "string"] }, "/type"],
    [{ $anchor: "1st" }, "/$anchor"],
    [
      { properties: { a: { $schema: "https://json-schema.org/draft/2020-12/schema" } } },
      "/properties/a/$schema",
    ],
    [{ properties: { "\ud800": {} } }, "/properties/\ufffd"],
    [{ properties: JSON.parse('{"__proto__":{}}') }, "/properties/__proto__"],
    [{ "\ud800": { a: 1 }, not: 1 }, "/not"],
  ])("%j", (schema, pointer) => {
    expect(schemaFaults(schema)[0]?.pointer).toBe(pointer);
  });

  test.each([...KEYWORDS].filter(([, kind]) => kind !== "anything"))(
    "where %s has a value of another kind than %s",
    (keyword) => {
      expect(schemaFaults({ [keyword]: Number.NaN })[0]?.pointer).toBe(`/${keyword}`);
    },
  );

  test("and one that has every keyword as it should be is not", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "order",
      $anchor: "order_1",
      $comment: "",
      $defs: { a: {} },
      definitions: {},
      $ref: "#/$defs/a",
      type: ["object", "null"],
      enum: [],
      const: null,
      ...Object.fromEntries(
        ["allOf", "anyOf", "oneOf", "prefixItems"].map((keyword) => [keyword, [{}, true]]),
      ),
      ...Object.fromEntries(
        [...KEYWORDS].flatMap(([keyword, kind]) =>
          kind === "schema" ? [[keyword, {}]] : kind === "count" ? [[keyword, 0]] : [],
        ),
      ),
      properties: { a: { type: "string" } },
      patternProperties: { "^a": false },
      required: ["a", "b"],
      dependentRequired: { a: ["b"], c: [] },
      dependentSchemas: { a: {} },
      minimum: -1.5,
      multipleOf: 0.5,
      pattern: "^a",
      format: "date",
      title: "Order",
      examples: [],
      deprecated: false,
      "x-of-ours": 1,
    };
    expect(schemaFaults(schema)).toEqual([]);
    const title = "x".repeat(MAX_SCHEMA_CHARS - JSON.stringify({ title: "" }).length);
    expect(schemaFaults({ title })).toEqual([]);
  });

  test("and one that describes a tree by itself is not", () => {
    const tree = object({ children: { type: "array", items: { $ref: "#" } } });
    expect(schemaFaults(tree)).toEqual([]);
    expect(faultsOf(tree, { children: [{ children: [] }, { children: 1 }] })).toEqual([
      { pointer: "/children/1/children", detail: "must be a list" },
    ]);
  });

  test("checking it changes nothing in it", () => {
    const schema = object(
      { a: { $ref: "#/$defs/b" } },
      { $defs: { b: { type: "string" } }, $id: "https://a.b/c" },
    );
    const before = JSON.stringify(schema);
    expect(schemaFaults(schema)).toEqual([]);
    expect(faultsOf(schema, { a: 1 })).toEqual([{ pointer: "/a", detail: "must be a string" }]);
    expect(JSON.stringify(schema)).toBe(before);
  });
});

describe("faults are those of the values themselves, in plain words", () => {
  test.each<[schema: Record<string, unknown>, data: unknown, pointer: string, detail: string]>([
    [object({ a: {} }, { required: ["a"] }), {}, "/a", "is required"],
    [object({}, { required: ['a "b" /c'] }), {}, '/a "b" ~1c', "is required"],
    [object({ a: { type: ["string", "null"] } }), { a: 1 }, "/a", "must be a string or null"],
    [object({ a: { type: "integer" } }), { a: 1.5 }, "/a", "must be a whole number"],
    [object({}, { additionalProperties: false }), { b: 1 }, "/b", "is not a known field"],
    [object({}, { unevaluatedProperties: false }), { b: 1 }, "/b", "is not a known field"],
    [object({ a: { enum: ["x", 1] } }), { a: "y" }, "/a", "must be one of `x`, 1"],
    [object({ a: { const: { b: 1 } } }), { a: "y" }, "/a", 'must be {"b":1}'],
    [object({ a: { minLength: 1 } }), { a: "" }, "/a", "must not be empty"],
    [object({ a: { maxLength: 2 } }), { a: "abc" }, "/a", "must have at most 2 characters"],
    [object({ a: { pattern: "^[a-z]+$" } }), { a: "A" }, "/a", "must match the pattern `^[a-z]+$`"],
    [object({ a: { format: "date" } }), { a: "A" }, "/a", "must be a date, such as 2026-03-26"],
    [object({ a: { exclusiveMinimum: 0 } }), { a: 0 }, "/a", "must be more than 0"],
    [object({ a: { multipleOf: 0.1 } }), { a: 0.15 }, "/a", "must be a multiple of 0.1"],
    [object({ a: { items: { maximum: 3 } } }), { a: [1, 9] }, "/a/1", "must be at most 3"],
    [object({ a: { uniqueItems: true } }), { a: [{}, {}] }, "/a", "must not have the same member twice"],
    [
      object({ a: { contains: { const: 1 } } }),
      { a: [2] },
      "/a",
      "has no member of the kind that is required",
    ],
    [
      object({ a: { contains: { const: 1 }, minContains: 2 } }),
      { a: [1, 2] },
      "/a",
      "must have at least 2 members of the kind that is required",
    ],
    [
      object({ a: { anyOf: [{ type: "string" }, { type: "null" }] } }),
      { a: 1 },
      "/a",
      "fits none of the schema's alternatives",
    ],
    [object({ "a%~/é": { type: "null" } }), { "a%~/é": 1 }, "/a%~0~1é", "must be null"],
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    [object({ a: { if: {}, then: { type: "null" } } }), { a: 1 }, "/a", "must be null"],
    [
      object({ a: { $ref: "#/$defs/x" } }, { $defs: { x: { minimum: 5 } } }),
      { a: 1 },
      "/a",
      "must be at least 5",
    ],
    [
      object({ a: { $ref: "#/$defs/x", minimum: 5 } }, { $defs: { x: { minimum: 0 } } }),
      { a: 1 },
      "/a",
      "must be at least 5",
    ],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, "/ab", "must have at most 1 character"],
    [{ type: "object" }, [], "", "must be an object"],
    [object({ a: { minLength: 2 } }), { a: "x" }, "/a", "must have at least 2 characters"],
    [object({ a: { minimum: 2 } }), { a: 1 }, "/a", "must be at least 2"],
    [object({ a: { exclusiveMaximum: 2 } }), { a: 2 }, "/a", "must be less than 2"],
    [object({ a: { minItems: 1 } }), { a: [] }, "/a", "must not be empty"],
    [object({ a: { minItems: 2 } }), { a: [1] }, "/a", "must have at least 2 members"],
    [object({ a: { maxItems: 1 } }), { a: [1, 2] }, "/a", "must have at most 1 member"],
    [{ minProperties: 1 }, {}, "", "must have at least 1 field"],
    [{ maxProperties: 0 }, { a: 1 }, "", "must have at most 0 fields"],
    [
      object({ a: { contains: { const: 1 }, maxContains: 1 } }),
      { a: [1, 1] },
      "/a",
      "must have at most 1 member of the kind that is required",
    ],
    [
      object({ a: { oneOf: [{ type: "number" }, { minimum: 0 }] } }),
      { a: 1 },
      "/a",
      "must fit exactly one of the schema's alternatives",
    ],
    [object({ a: { enum: [] } }), { a: 1 }, "/a", "is not allowed"],
    [object({ a: { not: {} } }), { a: 1 }, "/a", "is not allowed"],
    [object({ a: false }), { a: 1 }, "/a", "is not allowed"],
    [
      object({ a: { enum: Array.from({ length: 21 }, (_, i) => i) } }),
      { a: 99 },
      "/a",
      `must be one of ${Array.from({ length: 20 }, (_, i) => i).join(", ")} …`,
    ],
    [
      object({ a: { enum: Array.from({ length: 20 }, (_, i) => i) } }),
      { a: 99 },
      "/a",
      `must be one of ${Array.from({ length: 20 }, (_, i) => i).join(", ")}`,
    ],
    [object({ a: { const: "x".repeat(99) } }), { a: 1 }, "/a", `must be \`${"x".repeat(99)}…`],
    [object({ a: { const: "x".repeat(98) } }), { a: 1 }, "/a", `must be \`${"x".repeat(98)}\``],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, "/b", "is required"],
    [
      object({ a: { type: ["string", "number", "null"] } }),
      { a: [] },
      "/a",
      "must be a string, a number or null",
    ],
  ])("%j of %j", (schema, data, pointer, detail) => {
    expect(schemaFaults(schema)).toEqual([]);
    expect(faultsOf(schema, data)).toEqual([{ pointer, detail }]);
  });

  test("100 at most", () => {
    const data = { list: Array.from({ length: 500 }, (_, i) => i) };
    expect(faultsOf(object({ list: { items: { type: "string" } } }), data)).toHaveLength(100);
  });

  test("names that are no well-formed text are refused", () => {
    expect(faultsOf({ additionalProperties: { type: "string" } }, { "\ud800": 1 })).toHaveLength(1);
  });
});

describe("patterns", () => {
  test.each([
    "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "^\\d{4}-\\d{2}-\\d{2}$",
    "^(?:NO|SE|DK)[0-9]{6,9}$",
    "^[^@]+@[^@]+\\.[^@]+$",
    "^#[0-9a-fA-F]{6}$",
    "^https://",
    "^\\p{L}[\\p{L} '-]*$",
    "^\\d+(?:\\.\\d+)?$",
    "^[A-Z]{2,5}$",
    "^(?<year>\\d{4})",
  ])("%s is taken", (pattern) => expect(patternFault(pattern)).toBeNull());

  test.each([
    "(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "^([a-z]+)*$",
    "^(?:-[a-z-]+)*$",
    "^(-[a-z]+[a-z]+)*$",
    "^(?:a?){30}a{30}$",
    "a*a*a*a*b",
    "^(?=a)b",
    "^(?<!a)b",
    "^(a)\\1$",
    "^((a{0,9}){0,9}){0,9}$",
    "a".repeat(300),
  ])("%s is refused", (pattern) => expect(patternFault(pattern)).not.toBeNull());

  test("a pattern has at most 100 alternatives", () => {
    const among = (count: number) => `^(?:${Array.from({ length: count }, () => "a").join("|")})$`;
    expect(patternFault(among(100))).toBeNull();
    expect(patternFault(among(101))).toBe("has too many alternatives");
  });

  test.each([
    ["^abc$", 1_000_000],
    ["abc", 1_000_000],
    ["^a+$", 1_000_000],
    ["^a+b+$", 1_414],
    ["^(?:a|b)c+d+$", 1_000],
    ["a+b+$", 181],
    ["^a+b+c+$", 181],
  ])("%s is matched with texts of up to %i characters", (pattern, chars) => {
    const { maxChars, stepsFor } = costOf(pattern);
    expect(maxChars).toBe(chars);
    expect(stepsFor(chars)).toBeLessThanOrEqual(1_000_000 + chars);
    const fault = { pointer: "", detail: `must have at most ${chars} characters` };
    expect(faultsOf({ pattern }, "?".repeat(chars + 1))).toEqual([fault]);
  });

  test("whatever is taken takes little time, whatever the text", async () => {
    const part = fc.constantFrom(
      "a",
      "b",
      "[ab]",
      ".",
      "a*",
      "[ab]+",
      "a?",
      "a{0,9}",
      "(?:-a+)*",
      "(?:ab)?",
      "(a|b)",
      "(?:a|b){3}",
      "\\w*",
    );
    const pattern = fc
      .tuple(
        fc.constantFrom("^", ""),
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("$", "!"),
      )
      .map(([start, parts, end]) => start + parts.join("") + end)
      .filter((source) => patternFault(source) === null);
    const text = fc.tuple(fc.constantFrom("a", "ab", "-a", "-"), fc.integer({ min: 1, max: 20_000 }));
    await fc.assert(
      fc.asyncProperty(pattern, text, async (source, [unit, times]) => {
        const schema = object({ t: { pattern: source } });
        const ms = await msOf(() => faultsOf(schema, { t: `${unit.repeat(times)}?` }));
        expect(ms).toBeLessThan(BOUNDED_MS);
      }),
      { numRuns: 200 },
    );
  });

  test("a short text is matched as JavaScript matches it", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "-", "1"), maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom("^[a-b]+(?:-[a-b]+)*$", "a+1", "^-?1{2,4}$", "b$"), text, (pattern, t) => {
        expect(faultsOf(object({ t: { pattern } }), { t })).toHaveLength(
          new RegExp(pattern, "u").test(t) ? 0 : 1,
        );
      }),
    );
  });
});

describe("the work of a check is counted", () => {
  // Each member of the list is visited once; the list itself, too.
  test.each<[what: string, items: Record<string, unknown> | boolean, weight: number]>([
    ["nothing", true, 1],
    ["a type", { type: "integer" }, 1],
    ["required names", { required: ["a", "b"] }, 3],
    ["values", { enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, 2],
    ["properties", { properties: Object.fromEntries([..."abcdefghij"].map((name) => [name, {}])) }, 2],
    ["names that need others", { dependentRequired: { a: ["b"] } }, 2],
    ["patterns of names", { patternProperties: { "^a": {} } }, 11],
    ["a format", { format: "date" }, 6],
  ])("of %s", (_, items, weight) => {
    const most = Math.floor(99_999 / weight);
    const list = (length: number) => Array.from({ length }, () => 1);
    expect(faultsOf({ items }, list(most))).toEqual([]);
    expect(faultsOf({ items }, list(most + 1))).toHaveLength(1);
  });
});

describe("a hostile schema ends within the bound on the work", () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `d${i}`,
      { anyOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
    ]),
  );
  const wide = { allOf: Array.from({ length: 1_000 }, () => ({ items: true })) };
  const required = { required: Array.from({ length: 1_500 }, (_, i) => `k${i}`) };
  const numbers = Array.from({ length: 30_000 }, (_, i) => i);
  const TOO_MUCH = "takes too much work to check against the type's schema";
  test.each<[name: string, schema: Record<string, unknown>, data: unknown, detail?: string]>([
    ["alternatives that double", { $ref: "#/$defs/d0", $defs: { ...doubling, d30: { type: "null" } } }, {}],
    ["many schemas for a long list", wide, numbers],
    ["many missing names", { items: required }, numbers.map(() => ({}))],
    ["a long list without repeats", { uniqueItems: true }, numbers, "must have at most 1000 members"],
    [
      "lists whose members are compared",
      { items: { uniqueItems: true } },
      numbers.slice(0, 1_001).map(() => [1]),
    ],
    [
      "many unknown fields",
      { allOf: Array.from({ length: 500 }, () => ({ additionalProperties: false })) },
      Object.fromEntries(numbers.map((n) => [`k${n}`, n])),
    ],
    [
      "an expensive pattern for many texts",
      { items: { pattern: "^[^@]+@[^@]+\\.[^@]+$" } },
      numbers.map(() => "@".repeat(150)),
    ],
    [
      "deep data",
      { additionalProperties: { $ref: "#" } },
      Array.from({ length: 60 }).reduce<unknown>((inner) => ({ a: inner, b: inner }), {}),
    ],
  ])("%s", async (_name, schema, data, detail = TOO_MUCH) => {
    expect(schemaFaults(schema)).toEqual([]);
    const ms = await msOf(() => {
      expect(faultsOf(schema, data)).toEqual([{ pointer: "", detail }]);
    });
    expect(ms).toBeLessThan(BOUNDED_MS);
  });
});
