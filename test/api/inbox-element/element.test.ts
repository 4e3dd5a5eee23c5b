import { describe, expect, test } from "vitest";
import { elementWords } from "../../../src/api/inbox-element/words/index.ts";
import { createHarness } from "../../support/harness.ts";

const ORIGIN = "https://shop.example";
const ask = (path: string, headers: Record<string, string> = {}, vars: Record<string, string> = {}) =>
  createHarness({ vars }).request("GET", path, { as: null, headers });

const base64 = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));

describe("GET /inbox.js", () => {
  test("is a module that pages of any site may load, whatever CORS_ORIGINS says", async () => {
    for (const vars of [{}, { CORS_ORIGINS: "https://other.example" }, { CORS_ORIGINS: ORIGIN }]) {
      const { status, headers, body } = await ask("/inbox.js", { origin: ORIGIN }, vars);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(body).toContain("customElements.define");
    }
    const api = await ask("/api/v1/inbox", { origin: ORIGIN });
    expect(api.headers.get("access-control-allow-origin")).toBe(null);
  });

  test("has at most 15 KB compressed", async () => {
    const { body } = await ask("/inbox.js");
    const gzipped = new Response(body).body?.pipeThrough(new CompressionStream("gzip"));
    expect((await new Response(gzipped).arrayBuffer()).byteLength).toBeLessThanOrEqual(15 * 1_024);
  });

  test("may be kept for ever at the address that names its version, else for an hour", async () => {
    const { body: named } = await ask("/inbox.json");
    const { pathname, search } = new URL(named.url);
    expect((await ask(pathname + search)).headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
    for (const path of ["/inbox.js", "/inbox.js?v=000000000000"]) {
      const { status, headers } = await ask(path);
      expect([status, headers.get("cache-control")]).toEqual([200, "public, max-age=3600"]);
    }
  });

  test("holds no way to make markup or code of a text", async () => {
    const { body } = await ask("/inbox.js");
    for (const sink of [
      "innerHTML",
      "outerHTML",
      "insertAdjacentHTML",
      "document.write",
      "eval(",
      "Function(",
    ])
      expect(body).not.toContain(sink);
  });
});

test("GET /inbox.json names the script with its hash, as the attribute integrity has it", async () => {
  const { body, headers } = await ask("/inbox.json", { origin: ORIGIN });
  const { body: script } = await ask("/inbox.js");
  const digest = await crypto.subtle.digest("SHA-384", new TextEncoder().encode(script));
  expect(body).toEqual({
    version: expect.stringMatching(/^[0-9a-f]{12}$/),
    url: `http://tidings.test/inbox.js?v=${body.version}`,
    integrity: `sha384-${base64(digest)}`,
  });
  expect(headers.get("access-control-allow-origin")).toBe("*");
});

test("each language has all words", () => {
  const { keys, words } = elementWords();
  expect(keys).toEqual(expect.arrayContaining(["title", "category_all", "channel_sms"]));
  expect(Object.keys(words)).toEqual(["en", "nb", "de", "fr", "es"]);
  for (const list of Object.values(words)) {
    expect(list).toHaveLength(keys.length);
    expect(list.filter((word) => word.trim() === "")).toEqual([]);
  }
});
