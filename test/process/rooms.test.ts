import { describe, expect, test } from "vitest";
import { filesOfSrc, findingsIn } from "../house/rooms.ts";

/** What is wrong with a house of these files. */
const findings = (files: Record<string, string>): string[] => findingsIn(new Map(Object.entries(files)));

const UPWARDS = ["directory/users.ts -> notifications/welcome.ts: notifications lies above directory"];

test("our own rooms import only those below them, in no circle", () => {
  expect(findingsIn(filesOfSrc(process.cwd()))).toEqual([]);
});

test("a room may import those below it, its own files, and what is not ours", () => {
  const code = `import { a } from "../directory/users.ts"; import { b } from "./text.ts"; import "drizzle-orm";`;
  expect(findings({ "notifications/welcome.ts": code, "notifications/text.ts": "" })).toEqual([]);
});

describe("an arrow upwards is found", () => {
  test.each([
    ["an import", `import { notify } from "../notifications/welcome.ts";`],
    ["a type", `import type { Welcome } from "../notifications/welcome.ts";`],
    ["a type in passing", `type T = import("../notifications/welcome.ts").Welcome;`],
    ["a side effect", `import "../notifications/welcome.ts";`],
    ["a re-export", `export { notify } from "../notifications/welcome.ts";`],
    ["a re-export of everything", `export * from "../notifications/welcome.ts";`],
    ["a dynamic import", `const load = () => import("../notifications/welcome.ts");`],
    [
      "one that stands deep inside",
      `class A { async b() { if (c) await import("../notifications/welcome.ts"); } }`,
    ],
  ])("%s", (_, code) => {
    expect(findings({ "directory/users.ts": code })).toEqual(UPWARDS);
  });

  test("but not in a comment or a text", () => {
    const code = `// import "../notifications/welcome.ts";\nconst text = 'import "../notifications/welcome.ts"';`;
    expect(findings({ "directory/users.ts": code })).toEqual([]);
  });
});

test("a dynamic import that does not name its file is found", () => {
  expect(findings({ "api/parts.ts": "const load = (name) => import(name);" })).toEqual([
    "api/parts.ts: an import() must name its file",
  ]);
});

test("a circle of files is found once, also where one of its arrows is a dynamic import or a type", () => {
  const files = {
    "api/a.ts": `import { b } from "./b.ts";`,
    "api/b.ts": `export const load = () => import("./c.ts");`,
    "api/c.ts": `import type { A } from "./a.ts";`,
  };
  expect(findings(files)).toEqual(["api/a.ts -> api/b.ts -> api/c.ts -> api/a.ts: is a circle"]);
});

describe("ctx.ts", () => {
  test("names types of the rooms that import it", () => {
    const files = {
      "ctx.ts": `import type { Gates } from "./delivery/gates.ts";`,
      "delivery/gates.ts": `import type { Ctx } from "../ctx.ts";`,
    };
    expect(findings(files)).toEqual([]);
  });

  test("loads nothing, and is unknown to the lowest rooms", () => {
    const files = {
      "ctx.ts": `import { gates } from "./delivery/gates.ts";`,
      "db/client.ts": `import type { Ctx } from "../ctx.ts";`,
    };
    expect(findings(files)).toEqual([
      "ctx.ts -> delivery/gates.ts: ctx.ts imports types alone",
      "db/client.ts -> ctx.ts: db knows no context",
    ]);
  });
});

test("a folder that is no room of the house is found", () => {
  expect(findings({ "utils/a.ts": `import "../lib/clock.ts";` })).toEqual([
    "utils/a.ts -> lib/clock.ts: utils is no room of the house",
  ]);
});

test("nothing loads the console or the guides before their first request: their code is only imported where a path asks for it", () => {
  const importers = [...filesOfSrc(process.cwd())]
    .filter(([path]) => !/^(console|docs)\//u.test(path))
    .flatMap(([path, code]) =>
      [...code.matchAll(/^.*"(?:\.\.?\/)+(?:console|docs)\/[^"]+".*$/gmu)].map(
        ([line]) => `${path}: ${line.trim()}`,
      ),
    );
  expect(importers).toEqual([
    'app.ts: const guides = (): Promise<Endpoint> => import("./docs/handlers.ts");',
    'app.ts: "/console": [() => import("./console/handlers.ts")],',
    'app.ts: "/api/v1/console": [() => import("./console/tickets/handlers.ts")],',
  ]);
});
