import { beforeAll, expect, test } from "vitest";
import { sizeOf } from "../proof/bench/size.ts";
import { build } from "../proof/production.ts";

// A Worker is fetched and compiled before its first request: what it weighs is what a cold start waits for.

const KB = 1_024;

beforeAll(() => build(), 120_000);

test("what is deployed has at most 400 KB compressed", async () => {
  const { bytes, gzipped } = await sizeOf();
  expect(bytes).toBeGreaterThan(gzipped);
  expect(gzipped).toBeLessThanOrEqual(400 * KB);
});
