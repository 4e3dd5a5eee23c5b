import fc from "fast-check";
import { expect, test } from "vitest";
import { createHarness, type Harness, mint, SERVICE } from "../support/harness.ts";
import { openApi } from "../support/openapi.ts";
import { operationsOf } from "../support/requests.ts";

const operations = operationsOf(await openApi());
const api = operations.filter(({ path }) => path.startsWith("/api/"));

const call = (h: Harness, { method, path, roles = ["service"] }: (typeof api)[number], query: string) =>
  h.request(method, `${path.replaceAll(/\{[^}]+\}/g, "x")}?${query}`, {
    ...((["POST", "PUT", "PATCH"].includes(method) ||
      (method === "DELETE" && path.endsWith("/subscribers"))) && { body: {} }),
    // A service may call nearly all. What is a person's own is for all people, or for all admins.
    as: roles.includes("service") ? SERVICE : { role: "global_admin", sub: mint("usr") },
  });

test.each(api)(
  "$method $path names every parameter of the query that it does not know",
  async (operation) => {
    const h = createHarness();
    const known = operation.parameters.filter((one) => one.in === "query").map(({ name }) => name);
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z_]{0,11}$/), { minLength: 1, maxLength: 5 });
    h.meter.reset();
    await fc.assert(
      fc.asyncProperty(names, async (given) => {
        const strange = given.filter((name) => !known.includes(name));
        fc.pre(strange.length > 0);
        const { status, body } = await call(h, operation, strange.map((name) => `${name}=1`).join("&"));
        expect([status, body.code]).toEqual([400, "invalid_request"]);
        for (const pointer of strange)
          expect(body.errors).toContainEqual({ pointer, detail: "is not a known parameter" });
      }),
      { numRuns: 5 },
    );
    expect(h.meter.statements).toEqual([]);
  },
);

test("unknown and invalid parameters are reported together", async () => {
  const { body } = await createHarness().request("GET", "/api/v1/notifications?limit=abc&colour=red&page=0");
  expect(body.errors).toEqual([
    { pointer: "page", detail: "must be at least 1" },
    { pointer: "limit", detail: "must be a number" },
    { pointer: "colour", detail: "is not a known parameter" },
  ]);
});

test("a parameter that is given twice must be given once, says the answer", async () => {
  const { body } = await createHarness().request(
    "GET",
    "/api/v1/notifications?limit=1&limit=2&user_id=a&user_id=b",
  );
  expect(body.errors).toEqual([
    { pointer: "limit", detail: "must be given once" },
    { pointer: "user_id", detail: "must be given once" },
  ]);
});

test.each(["user_id=%ff", "user_id=%e0%a4", "user_id=%", "user_id=a%zz"])(
  "?%s cannot be read",
  async (query) => {
    const { status, body } = await createHarness().request("GET", `/api/v1/notifications?limit=1&${query}`);
    expect([status, body.errors]).toEqual([
      400,
      [{ pointer: "user_id", detail: "is not percent-encoded UTF-8" }],
    ]);
  },
);

test.each([
  "GET /healthz",
  "GET /openapi.json",
  "GET /docs",
  "GET /unsubscribe/x",
  "POST /unsubscribe/x",
  "POST /webhooks/ses",
])("%s does not mind what monitors, mail scanners and providers add to it", async (route) => {
  const [method = "", path = ""] = route.split(" ");
  const statusOf = async (url: string) => (await createHarness().request(method, url, { as: null })).status;
  expect(await statusOf(`${path}?utm_source=mail&_=1`)).toBe(await statusOf(path));
});

test("a caller without access learns nothing about the parameters", async () => {
  const h = createHarness({ vars: { OPEN_CONTRACTS: "" } });
  expect((await h.request("GET", "/api/v1/notifications?x=1", { as: null })).status).toBe(401);
  const as = { role: "user", sub: "u" } as const;
  expect((await h.request("GET", "/api/v1/directory/users/x?x=1", { as })).status).toBe(403);
});
