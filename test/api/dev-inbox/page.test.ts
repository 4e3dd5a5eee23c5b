import { expect, test } from "vitest";
import { createHarness } from "../../support/harness.ts";

test("a developer's page shows the element under a strict policy, with files of its own alone", async () => {
  const h = createHarness();
  const { status, headers, body } = await h.request("GET", "/dev/inbox", { as: null });
  expect(status).toBe(200);
  expect(headers.get("content-security-policy")).toContain("require-trusted-types-for 'script'");
  expect(headers.get("content-security-policy")).not.toContain("unsafe");
  expect(body).toContain("<tidings-inbox");
  for (const [, path = ""] of String(body).matchAll(/(?:src|href)="(\/[^"]+)"/g))
    expect([path, (await h.request("GET", path, { as: null })).status]).toEqual([path, 200]);
});
