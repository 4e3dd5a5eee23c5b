import { describe, expect, test } from "vitest";
import { openApi } from "../support/openapi.ts";
import { createHarness } from "../support/harness.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** What is answered beside the API. */
const OTHERS: Record<string, string[]> = {
  "/openapi.json": ["GET"],
  "/": ["GET"],
  "/docs": ["GET"],
  "/docs/search": ["GET"],
  "/docs/first-push.md": ["GET"],
  "/docs/assets/docs.css": ["GET"],
  "/docs/reference": ["GET"],
  "/llms.txt": ["GET"],
  "/llms-full.txt": ["GET"],
  "/docs/reference/swagger-ui.css": ["GET"],
  "/docs/reference/start.js": ["GET"],
  "/unsubscribe/x": ["GET", "POST"],
  "/webhooks/ses": ["POST"],
  "/dev/jobs/sweep": ["POST"],
  "/dev/outbox": ["GET", "DELETE"],
};

const document = await openApi();
const API = Object.entries(document.paths).map(([path, operations]): [string, string[]] => [
  path.replaceAll(/\{[^}]+\}/g, "x"),
  Object.keys(operations).map((method) => method.toUpperCase()),
]);

describe.each([...API, ...Object.entries(OTHERS)])("%s", (path, methods) => {
  const allow = (there: string[]) =>
    [...there, ...(there.includes("GET") ? ["HEAD"] : []), "OPTIONS"].toSorted();
  const h = createHarness({ vars: { ENVIRONMENT: "development" } });
  const namesIn = (headers: Headers) => headers.get("allow")?.split(", ").toSorted();

  test("answers 405 and what there is to any other method", async () => {
    const known = new Set(allow(methods));
    const others = METHODS.filter((method) => !known.has(method));
    for (const method of others) {
      const { status, headers, body } = await h.request(method, path, { as: null });
      expect([method, status]).toEqual([method, 405]);
      expect(namesIn(headers)).toEqual(allow(methods));
      if (method !== "HEAD") expect(body).toMatchObject({ code: "method_not_allowed", status: 405 });
    }
  });

  test("answers OPTIONS with its methods", async () => {
    const { status, headers, body } = await h.request("OPTIONS", path, { as: null });
    expect([status, body]).toEqual([204, ""]);
    expect(namesIn(headers)).toEqual(allow(methods));
  });
});

test.each(["/nothing", "/api/v1/nothing", "/api/v1/notifications/a/b/c"])(
  "%s, where there is nothing, is 404 whatever the method",
  async (path) => {
    const h = createHarness();
    for (const method of METHODS)
      expect([method, (await h.request(method, path, { as: null })).status]).toEqual([method, 404]);
  },
);

test("what is only in development is nowhere else to be found by its methods", async () => {
  const vars = { ENVIRONMENT: "production", PUBLIC_URL: "https://t.example.com", OPEN_CONTRACTS: "" };
  const h = createHarness({ vars: { ...vars, EMAIL_PROVIDERS: "ses", PUSH_PROVIDERS: "expo" } });
  for (const path of ["/dev/jobs/sweep", "/dev/outbox", "/dev/nothing"])
    for (const method of METHODS)
      expect([method, path, (await h.request(method, path, { as: null })).status]).toEqual([
        method,
        path,
        404,
      ]);
});

test("HEAD is answered like GET, without the body", async () => {
  const h = createHarness();
  for (const path of ["/healthz", "/openapi.json", "/docs", "/api/v1/notifications"]) {
    const [head, got] = [await h.request("HEAD", path), await h.request("GET", path)];
    expect([path, head.status, head.body]).toEqual([path, got.status, ""]);
    expect(head.headers.get("content-type")).toBe(got.headers.get("content-type"));
  }
});
