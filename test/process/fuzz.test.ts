import { afterAll, beforeAll, expect, test } from "vitest";
import { runFuzz } from "../proof/fuzz/run.ts";
import { build, type Production, startProduction } from "../proof/production.ts";

// A short run of `npm run fuzz`, against what is deployed.

const errors: string[] = [];
let production: Production;

beforeAll(async () => {
  await build();
  production = await startProduction({
    onLog: (line) => {
      if (line.startsWith('{"level":"error"')) errors.push(line);
    },
  });
});
afterAll(() => production.stop());

test("no request breaks the built Worker, and every answer is as its document says", async () => {
  const report = await runFuzz(production, { requests: 1_000, seed: Date.now() % 2 ** 31 });
  expect(report.failures).toEqual([]);
  expect(errors).toEqual([]);
  expect(report.requests).toBeGreaterThanOrEqual(1_000);
  for (const status of [200, 201, 400, 401, 403, 404]) expect(report.byStatus[status]).toBeGreaterThan(0);
});
