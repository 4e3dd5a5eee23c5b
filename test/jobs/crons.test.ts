import { expect, test } from "vitest";
import { JOBS } from "../../src/jobs/index.ts";
import wrangler from "../../wrangler.toml?raw";

test("every cron trigger of wrangler.toml has its jobs, and every job its trigger", () => {
  const [, crons = ""] = /^crons = \[(.*)\]$/m.exec(wrangler) ?? [];
  expect([...crons.matchAll(/"([^"]+)"/g)].map(([, cron]) => cron)).toEqual(Object.keys(JOBS));
});
