import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_ERRORS, reportOf } from "../../src/http/field-errors.ts";
import { createHarness } from "../support/harness.ts";
import { openApi } from "../support/openapi.ts";

const MEGABYTE = 1024 * 1024;

const faults = fc.array(
  fc.record({
    pointer: fc.oneof(
      fc.constantFrom("/title", "/user_id", "", "page"),
      fc
        .tuple(fc.constantFrom("targets", "items"), fc.nat(300), fc.constantFrom("", "/title", "/data/a"))
        .map(([list, index, rest]) => `/${list}/${index}${rest}`),
      fc.nat(200).map((n) => `/k${n}`),
    ),
    detail: fc.constantFrom("is required", "must be a string"),
  }),
  { maxLength: 600 },
);

/** A pointer without the index of a list's member. */
const placeOf = (pointer: string) => pointer.replace(/^(\/[^/]+)\/\d+/, "$1/*");

test("a report names each fault once, in the order in which it was found, with its count", () => {
  fc.assert(
    fc.property(faults, (found) => {
      const { errors, capped } = reportOf(found);
      const kinds = new Set(found.map(({ pointer, detail }) => `${placeOf(pointer)} ${detail}`));
      expect(errors.length).toBe(Math.min(kinds.size, MAX_ERRORS));
      expect(capped).toBe(kinds.size > MAX_ERRORS);
      expect(errors.map(({ pointer, detail }) => `${placeOf(pointer)} ${detail}`)).toEqual(
        [...kinds].slice(0, MAX_ERRORS),
      );
      for (const { pointer, detail, count, members } of errors) {
        if (members === undefined) continue;
        expect(pointer).toContain(`/${members[0]}`);
        expect(members.length).toBe(Math.min(count ?? 0, 100));
        const same = found.filter(
          (one) => one.detail === detail && placeOf(one.pointer) === placeOf(pointer),
        );
        expect(count).toBeLessThanOrEqual(same.length);
        if (!capped) expect(count).toBe(same.length);
      }
    }),
  );
});

test("a report reads no more faults than it names", () => {
  let read = 0;
  function* endless() {
    for (;;) yield { pointer: `/k${read++}`, detail: "is not a known field" };
  }
  expect(reportOf(endless()).errors).toHaveLength(MAX_ERRORS);
  expect(read).toBeLessThanOrEqual(MAX_ERRORS + 1);
});

describe("a body of megabytes of faults", () => {
  const unknown = (n: number) => Array.from({ length: n }, (_, i) => `"${i.toString(36)}":0`).join();
  const numbers = (n: number) => `[${"0,".repeat(n)}0]`;

  test.each<[string, string, () => string]>([
    ["500,000 unknown fields", "/api/v1/notifications", () => `{${unknown(500_000)}}`],
    [
      "1,000 targets with 600 unknown fields each",
      "/api/v1/notifications/batch",
      () =>
        `{"targets":[${Array(1_000)
          .fill(`{${unknown(600)}}`)
          .join()}]}`,
    ],
    [
      "1,000 items with 600 unknown fields each",
      "/api/v1/directory/users",
      () =>
        `{"items":[${Array(1_000)
          .fill(`{${unknown(600)}}`)
          .join()}]}`,
    ],
    [
      "1,000 items of which everything is wrong",
      "/api/v1/directory/users",
      () =>
        `{"items":${JSON.stringify(Array(1_000).fill({ id: 1, name: 1, email: 1, phone: 1, locale: 1 }))}}`,
    ],
    ["2,000,000 ids", "/api/v1/notification-records", () => `{"dispatch_ids":${numbers(2_000_000)}}`],
    [
      "2,000,000 channels",
      "/api/v1/notification-records",
      () => `{"channels_notified":${numbers(2_000_000)}}`,
    ],
    ["2,000,000 targets", "/api/v1/notifications/batch", () => `{"targets":${numbers(2_000_000)}}`],
    ["2,000,000 items", "/api/v1/directory/orgs", () => `{"items":${numbers(2_000_000)}}`],
    [
      "keys of a megabyte",
      "/api/v1/notifications",
      () => `{${[1, 2, 3].map((n) => `"${n}${"~".repeat(MEGABYTE)}":0`).join()}}`,
    ],
  ])("%s: at most 100 errors in a few kilobytes", async (_, path, make) => {
    const h = createHarness({ autoDrain: false });
    const as = { role: "org_admin", sub: "admin", org: "o" } as const;
    const answer = await h.request("POST", path, {
      body: make(),
      ...(path.endsWith("records") && { as }),
    });
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    expect(answer.body.errors.length).toBeLessThanOrEqual(MAX_ERRORS);
    expect(JSON.stringify(answer.body).length).toBeLessThan(16_384);
  });

  test("every list in a body says how many members it may have", async () => {
    const { paths, components } = await openApi();
    const open: string[] = [];
    const seen = new Set<unknown>();
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== "object" || schema === null || seen.has(schema)) return;
      seen.add(schema);
      if ("type" in schema && schema.type === "array" && !("maxItems" in schema)) open.push(at);
      if ("$ref" in schema) walk(components.schemas[String(schema.$ref).split("/").at(-1) ?? ""], at);
      for (const [key, inner] of Object.entries(schema)) walk(inner, `${at}/${key}`);
    };
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { requestBody }] of Object.entries(methods)) walk(requestBody, `${method} ${path}`);
    expect(open).toEqual([]);
  });
});

test("a fault of many targets is reported once, with their indexes", async () => {
  const target = { user_id: "u", title: "t", body: "b" };
  const targets = Array.from({ length: 1_000 }, (_, i) =>
    i === 7 ? { ...target, user_id: "a b" } : i % 2 === 0 ? { ...target, title: "" } : target,
  );
  const { body } = await createHarness().request("POST", "/api/v1/notifications/batch", {
    body: { targets },
  });
  const even = Array.from({ length: 100 }, (_, i) => 2 * i);
  expect(body.errors).toEqual([
    { pointer: "/targets/0/title", detail: "must not be empty", count: 500, members: even },
    { pointer: "/targets/7/user_id", detail: expect.stringContaining("1 to 128") },
  ]);
  expect(body).not.toHaveProperty("errors_capped");
});
