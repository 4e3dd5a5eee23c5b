import { beforeAll, expect, test } from "vitest";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../src/cli/project.ts";
import { sizeOf } from "../proof/bench/size.ts";
import { build, startProduction } from "../proof/production.ts";

// A Worker is fetched and compiled before its first request, so a cold start waits for its size.

const KB = 1_024;

beforeAll(() => build(), 120_000);

// 45 KB of it are what customers' types and words need: Liquid, Markdown and JSON Schema; 10 KB are four more languages. 110 KB
// are the console with what its pages ask; 20 KB of those are texts, which are never compiled. 8 KB are Web Push, with the worker
// that browsers get; 4 KB are FCM. 42 KB are SMS, 29 of these the rules of phone numbers (loaded when a number is written). 30 KB are
// chat, webhooks out and chains. 13 KB of the texts are the words and examples of /openapi.json.
// 30 KB are the guides of /docs and their pages, 20 of these texts.
// 14 KB came with what the console shows of webhooks and chats, and with calls of chats and numbers.
// 27 KB are the inbox element and the page to try it, 24 KB of these texts.
test("what is deployed has at most 690 KB compressed, and one language of zod's", async () => {
  const { bytes, gzipped, texts } = await sizeOf();
  expect(bytes).toBeGreaterThan(gzipped);
  expect(gzipped).toBeLessThanOrEqual(690 * KB);
  // "Invalid input" in Esperanto.
  expect(await readFile(join(ROOT, "dist/index.js"), "utf8")).not.toContain("Nevalida enigo");
  expect(texts).toBeGreaterThan(10 * KB);
  expect(texts).toBeLessThanOrEqual(86 * KB);
});

/** Reports whether zod, and so any schema, has been evaluated: zod leaves a global behind. */
const LOOKS = `
import worker from "./index.js";
export * from "./index.js";
const isLoaded = () => "__zod_globalConfig" in globalThis;
const atStart = isLoaded();
export default {
  ...worker,
  async fetch(request, env, context) {
    const { status } = await worker.fetch(request, env, context);
    return Response.json({ status, atStart, afterRequest: isLoaded() });
  },
};`;

// A start is short because most code is loaded at its first use. (`npm run bench` measures the time.)
test("a start loads no schemas: a request does", async () => {
  const { origin, stop } = await startProduction({ wrapper: { name: "looks.js", source: LOOKS } });
  try {
    const answer = await fetch(`${origin}/openapi.json`);
    expect(await answer.json()).toEqual({ status: 200, atStart: false, afterRequest: true });
  } finally {
    await stop();
  }
}, 60_000);

// Schemas that are made before the OpenAPI extension is loaded lack its methods.
test("an isolate that began with a cron tick serves every contract", async () => {
  const { mf, origin, stop } = await startProduction();
  try {
    await (await mf.getWorker()).scheduled({ cron: "* * * * *" });
    expect((await fetch(`${origin}/openapi.json`)).status).toBe(200);
  } finally {
    await stop();
  }
}, 60_000);
