import { describe, expect, test } from "vitest";
import { createHarness } from "../support/harness.ts";

const get = (path: string) => createHarness().request("GET", path, { as: null });

test.each(["GET", "HEAD"])("%s / leads to the guides, without a token", async (method) => {
  const { status, headers } = await createHarness().request(method, "/", { as: null });
  expect([status, headers.get("location")]).toEqual([302, "/docs"]);
});

test("a path that only begins with a second slash is not the home page", async () => {
  expect((await get("//docs")).status).toBe(404);
});

test("the document says what belongs to no operation: other methods, and what is not declared", async () => {
  const { body } = await get("/openapi.json");
  expect(body.info.description).toMatch(/not declare are refused with 400.+405 and `Allow`/);
});

describe("/docs/reference", () => {
  test("is a page that needs no token and no outside host, and everything it names is there", async () => {
    const { status, body, headers } = await get("/docs/reference");
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    const links = [...String(body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = ""]) => link);
    expect(links).toContain("/docs");
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs(\/|$)/);
      const file = await get(link);
      expect([link, file.status]).toEqual([link, 200]);
      expect(String(file.body).length).toBeGreaterThan(50);
    }
  });

  test("shows our document", async () => {
    expect((await get("/docs/reference/start.js")).body).toContain("/openapi.json");
  });

  test("gives each file its type, so that a browser which must not guess takes it", async () => {
    const type = async (file: string) =>
      (await get(`/docs/reference/${file}`)).headers.get("content-type")?.split(";")[0];
    expect(
      await Promise.all(
        ["start.js", "swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"].map(type),
      ),
    ).toEqual(["text/javascript", "text/javascript", "text/css", "image/png"]);
  });

  test.each([
    "/docs/",
    "/docs/reference/",
    "/docs/swagger-ui.css",
    "/docs/reference/index.html",
    "/docs/reference/package.json",
    "/docs/reference/swagger-ui.js",
    "/docs/reference/swagger-ui.css.map",
    "/docs/reference/oauth2-redirect.html",
    "/docs/reference/..%2fpackage.json",
    "/docs/reference/%2e%2e%2fpackage.json",
    "/docs/reference/swagger-ui.css/",
    "/docs/reference/swagger-ui.css%00",
    "/docs/reference/./swagger-ui.css/../index.html",
    "/docs/reference//index.html",
    "/docs/reference/SWAGGER-UI.CSS",
    "/docs/reference/%73tart.js%3f",
    "/package.json",
    "/index.html",
    "/swagger-ui.css",
    "/swagger-ui-bundle.js",
    "/LICENSE",
  ])("hands out nothing else of the package: %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});
