import { describe, expect, test } from "vitest";
import { GROUPS, GUIDES, portable } from "../../src/docs/guides.ts";
import { MAX_FOUND, search } from "../../src/docs/search.ts";
import { sectionsOf } from "../../src/docs/sections.ts";
import { createHarness } from "../support/harness.ts";

const get = (path: string, headers: Record<string, string> = {}) =>
  createHarness().request("GET", path, { as: null, headers });

const linksIn = (html: string): string[] =>
  [...html.matchAll(/ (?:href|src|action)="([^"]+)"/gu)].map(([, link = ""]) => link);

const PAGES = ["/docs", "/docs/search?q=webhook", ...GUIDES.map(({ slug }) => `/docs/${slug}`)];

describe.each(PAGES)("%s", (path) => {
  test("is a page for anyone, that runs nothing inline and loads nothing from elsewhere", async () => {
    const h = createHarness();
    h.meter.reset();
    const { status, headers, body } = await h.request("GET", path, { as: null });
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(body).not.toMatch(/<script(?! src="\/docs\/)|<style|\son[a-z]+=|\sstyle=/u);
    expect(h.meter.trips).toBe(0);
    expect(body.match(/<h1/gu)).toHaveLength(1);
  });

  test("leads to nothing that is not there", async () => {
    const { body } = await get(path);
    const ids = new Set([...String(body).matchAll(/ id="([^"]+)"/gu)].map(([, id]) => id));
    const links = new Set(linksIn(body).filter((link) => !link.startsWith("https://")));
    for (const link of links) {
      const [page = "", anchor] = link.split("#");
      if (page === "") expect([link, ids.has(anchor)]).toEqual([link, true]);
      else {
        const there = await get(page);
        expect([link, there.status]).toEqual([link, 200]);
        if (anchor !== undefined) expect(there.body).toContain(` id="${anchor}"`);
      }
    }
  });
});

describe("the guides", () => {
  test.each(GUIDES)("$slug has a title, a summary, and an anchor of its own for each heading", (guide) => {
    const sections = sectionsOf(guide);
    expect(guide.title).not.toBe(guide.slug);
    expect(guide.summary.length).toBeGreaterThan(30);
    expect(guide.summary).not.toMatch(/[`*[\]]/u);
    const anchors = sections.map(({ anchor }) => anchor);
    expect(new Set(anchors).size).toBe(anchors.length);
    expect(sections.length).toBeGreaterThan(3);
  });

  test("are read in an order: each leads to the one before and to the next", async () => {
    for (const [at, { slug }] of GUIDES.entries()) {
      const { body } = await get(`/docs/${slug}`);
      const next = GUIDES[at + 1]?.slug;
      expect(/<a class="next" href="\/docs\/([a-z-]+)"/u.exec(body)?.[1]).toBe(next);
      expect(body).toContain(`href="/docs/${slug}" aria-current="page"`);
    }
  });

  test("show the address of this service in samples", async () => {
    const h = createHarness({ vars: { PUBLIC_URL: "https://notify.acme.example" } });
    const page = await h.request("GET", "/docs/first-push", { as: null });
    expect(page.body).toContain("TIDINGS_URL=https://notify.acme.example\n");
    const providers = await h.request("GET", "/docs/providers", { as: null });
    expect(providers.body).toContain("https://notify.acme.example/webhooks/twilio");
    expect(providers.body).not.toContain("127.0.0.1");
  });

  test("offer a sample in both languages as one choice", async () => {
    const { body } = await get("/docs/first-push");
    expect(body).toMatch(
      /<div role="radiogroup" aria-label="Language"><label><input type="radio" name="(sample-\d+)" value="sh" checked>curl<\/label><label><input type="radio" name="\1" value="ts">TypeScript/u,
    );
  });
});

describe("as Markdown", () => {
  test.each(GUIDES)(
    "/docs/$slug.md is the guide, with links that lead somewhere from anywhere",
    async (guide) => {
      const { status, headers, body } = await get(`/docs/${guide.slug}.md`);
      expect([status, headers.get("content-type")]).toEqual([200, "text/markdown; charset=utf-8"]);
      expect(body).toBe(portable(guide, "http://localhost:8787"));
      expect(body).toMatch(new RegExp(`^# ${guide.title}\n`, "u"));
      for (const [, link = ""] of String(body).matchAll(/\]\(([^)]+)\)/gu))
        if (!link.startsWith("{{")) expect(link).toMatch(/^https?:\/\//u);
    },
  );

  test("llms.txt has a title, a quotation and lists of links, as llmstxt.org says", async () => {
    const { headers, body } = await get("/llms.txt");
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const [title, quotation, ...parts] = String(body).trim().split("\n\n");
    expect([title, quotation?.slice(0, 2)]).toEqual(["# Tidings", "> "]);
    expect(parts.filter((part) => part.startsWith("## "))).toEqual([
      ...GROUPS.map(({ name }) => `## ${name}`),
      "## Reference",
      "## Optional",
    ]);
    const links = [...String(body).matchAll(/^- \[.+\]\((http:\/\/localhost:8787(\/[^)]+))\): .{20,}/gmu)];
    for (const [, , path = ""] of links) expect([path, (await get(path)).status]).toEqual([path, 200]);
    expect(links.length).toBe(GUIDES.length + 1);
  });

  test("llms-full.txt has every guide", async () => {
    const { body } = await get("/llms-full.txt");
    for (const guide of GUIDES) expect(body).toContain(portable(guide, "http://localhost:8787").trim());
  });
});

describe("caches", () => {
  test.each([...PAGES, "/docs/first-push.md", "/llms.txt", "/llms-full.txt"])(
    "keep %s for some minutes, and are told when it is still the same",
    async (path) => {
      const first = await get(path);
      expect(first.headers.get("cache-control")).toBe("public, max-age=300");
      const etag = first.headers.get("etag") ?? "";
      expect(etag).toMatch(/^(W\/)?".+"$/u);
      const again = await get(path, { "if-none-match": etag });
      expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", etag]);
    },
  );

  test("keep an asset for a year: its address changes with it", async () => {
    const { headers } = await get("/docs/assets/docs.css");
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const [asset = ""] = linksIn((await get("/docs")).body).filter((link) => link.includes("docs.css"));
    expect(asset).toMatch(/\?v=[0-9a-f]{12}$/u);
  });

  test("keep nothing that is not there", async () => {
    const page = await get("/docs/nothing", { accept: "text/html" });
    expect([page.status, page.headers.get("cache-control")]).toEqual([404, null]);
    expect(page.body).toContain("There is no such page");
    const problem = await get("/docs/nothing");
    expect([problem.status, problem.body.code, problem.headers.get("cache-control")]).toEqual([
      404,
      "not_found",
      null,
    ]);
  });
});

describe("search", () => {
  const first = (query: string) => {
    const [found] = search(query);
    return found && `${found.section.guide.slug}#${found.section.anchor}`;
  };

  test.each([
    ["idempotency", "first-push#repeat-safely"],
    ["RECEIVER away", "webhooks#when-your-receiver-is-away"],
    ["dry_run", "events-and-words#send-an-event"],
    ["throttle", "digests#limit-instead-of-collecting"],
    ["FCM_SERVICE_ACCOUNT", "providers#phones"],
    ["secret rotate", "operate#rotate-a-secret"],
  ])("%s leads to %s first", (query, place) => {
    expect(first(query)).toBe(place);
  });

  test("needs every word, and marks each in the excerpt", () => {
    expect(search("twilio zebra")).toEqual([]);
    const [found] = search("help stop");
    expect(found?.excerpt.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(
      expect.arrayContaining(["STOP", "HELP"]),
    );
  });

  test("takes each sign as what it is", async () => {
    for (const q of [
      "<script>alert(1)</script>",
      '"><img src=x onerror=1>',
      "a".repeat(5_000),
      "(((",
      "\\",
      "%",
      ".",
    ]) {
      const { status, body } = await get(`/docs/search?q=${encodeURIComponent(q)}`);
      expect(status).toBe(200);
      expect(body).not.toMatch(/<script>|<img/u);
      expect(String(body).length).toBeLessThan(40_000);
    }
  });

  test("is bounded, and says so", async () => {
    expect(search("the")).toHaveLength(MAX_FOUND);
    expect((await get("/docs/search?q=the")).body).toContain(`The best ${MAX_FOUND} places`);
    expect((await get("/docs/search")).body).toContain("Type what you look for");
    expect((await get("/docs/search?q=zebra")).body).toContain("Nothing has “zebra”");
  });
});
