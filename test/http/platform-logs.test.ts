import { expect, test } from "vitest";
import { allRoutes } from "../../src/app.ts";
import wrangler from "../../wrangler.toml?raw";
import { createHarness } from "../support/harness.ts";
import { openApi } from "../support/openapi.ts";
import { operationsOf } from "../support/requests.ts";

/** The lines of one table of a TOML file, up to the next. */
const table = (name: string): Record<string, string> => {
  const [, text = ""] = wrangler.split(`\n[${name}]\n`);
  const lines = (text.split(/\n\[/)[0] ?? "").split("\n").map((line) => /^(\w+) = (.+)$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((match) => (match === null ? [] : [[match[1] ?? "", match[2] ?? ""]])),
  );
};

test("the platform keeps our own lines, and no line of its own with a request's URL", () => {
  expect(table("observability")).toEqual({ enabled: "true", redact_query_string: "true" });
  expect(table("observability.logs")).toEqual({ enabled: "true", invocation_logs: "false" });
  expect(table("observability.traces")).toEqual({ enabled: "false" });
  expect(wrangler.match(/^\[+observability.*$/gm)).toHaveLength(3);
});

test("a line about a request has its route, whatever stands in its path and query", async () => {
  const routes = new Set((await allRoutes()).routes.map(({ path }) => path));
  // What stands before the routes, and answers where there is none.
  for (const pattern of ["*", "/*", "/api/*", "/docs/*", "/healthz", "/openapi.json", "/dev/*"])
    routes.add(pattern);
  const h = createHarness({ autoDrain: false });
  const calls: (readonly [string, string])[] = [
    ...operationsOf(await openApi()).map(
      ({ method, path }) => [method, path.replaceAll(/\{[^}]+\}/g, "SECRET")] as const,
    ),
    ...["GET", "POST", "PUT"].flatMap((method) =>
      ["/unsubscribe/SECRET", "/webhooks/SECRET", "/docs/SECRET", "/SECRET", "/api/v1/SECRET"].map(
        (path) => [method, path] as const,
      ),
    ),
    ["GET", "/api/v1/inbox/live"],
    ["DELETE", "/api/v1/notifications/device-tokens/ExponentPushToken%5BSECRET%5D"],
    ["POST", "/dev/jobs/SECRET"],
  ];
  for (const [method, path] of calls)
    for (const query of ["", "?ticket=SECRET&SECRET=1", "?x=%ff"])
      await h.request(
        method,
        `${path}${query}`,
        ["POST", "PUT", "PATCH"].includes(method) ? { body: {} } : {},
      );
  const lines = h.logged.map((line): { event: string; route?: string } => JSON.parse(line));
  expect(lines.filter(({ event }) => event === "request").length).toBe(calls.length * 3);
  expect(h.logged.join("\n")).not.toMatch(/SECRET|%ff/);
  expect(
    [...new Set(lines.flatMap(({ route }) => route ?? []))].filter((route) => !routes.has(route)),
  ).toEqual([]);
});
