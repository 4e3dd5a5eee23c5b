import { createConfig, lintFromString } from "@redocly/openapi-core";
import { beforeAll, expect, test } from "vitest";
import { build, startProduction } from "../proof/production.ts";

let document: string;

beforeAll(async () => {
  await build();
  const { origin, stop } = await startProduction();
  document = await (await fetch(`${origin}/openapi.json`)).text();
  await stop();
}, 120_000);

const lint = async (source: string) => {
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source, config });
  return problems.map(({ ruleId, severity, location }) => `${severity} ${ruleId} ${location[0]?.pointer}`);
};

test("the document keeps every rule that Redocly recommends", async () => {
  expect(await lint(document)).toEqual([]);
}, 60_000);

test("and the rules would say where one is broken", async () => {
  const broken = document.replaceAll('"operationId":"sendPush",', "");
  expect(await lint(broken)).toEqual([
    "warn operation-operationId #/paths/~1api~1v1~1notifications/post/operationId",
  ]);
}, 60_000);
