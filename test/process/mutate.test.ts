import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { functionId, mutated, mutantsOf, sampleOf, traced } from "../proof/mutate/mutants.ts";
import { report, type MutantStatus } from "../proof/mutate/report.ts";

const PATH = "src/room/file.ts";

/** What the faults make of a piece of code. */
const faultsIn = (code: string): string[] => mutantsOf(PATH, code).map((mutant) => mutated(code, mutant));

test("faults fix conditions, move bounds, change constants and drop statements", () => {
  expect(faultsIn("if (a < 5) go();").toSorted()).toEqual(
    [
      "if (true) go();",
      "if (false) go();",
      "if (a <= 5) go();",
      "if (a < 6) go();",
      "if (a < 5) ;",
    ].toSorted(),
  );
});

test("types, texts and log lines are left alone", () => {
  expect(faultsIn('type A = 1 | 2; const b: A = c as 2; ctx.log.info("x" + d);')).toEqual([]);
});

test("each condition of a statement in SQL is dropped once, also the last and the only one", () => {
  const statement =
    "const s = sql`DELETE FROM t WHERE a = ${b} AND (c = 1 OR d IN (SELECT e FROM f WHERE g)) RETURNING id`;";
  expect(faultsIn(statement)).toEqual([
    "const s = sql`DELETE FROM t WHERE a = ${b} RETURNING id`;",
    "const s = sql`DELETE FROM t WHERE true AND (c = 1 OR d IN (SELECT e FROM f WHERE g)) RETURNING id`;",
    "const s = sql`DELETE FROM t WHERE a = ${b} AND (c = 1 OR d IN (SELECT e FROM f WHERE true)) RETURNING id`;",
  ]);
});

test("what cannot change anything is no fault", () => {
  expect(faultsIn("const s = sql`INSERT INTO t SELECT 1 FROM u WHERE true ON CONFLICT DO NOTHING`;")).toEqual(
    [],
  );
  expect(faultsIn("const s = sql`key >= 'cert:' AND key < 'cert;'`;")).toEqual([
    "const s = sql`key >= 'cert:'`;",
    "const s = sql`key >= 'cert:' AND key <= 'cert;'`;",
  ]);
});

test("code in the ${…} of a statement is not taken for SQL", () => {
  expect(faultsIn("const s = sql`SELECT 1 WHERE ${f({ a: b, c: d })}`;")).toEqual([
    "const s = sql`SELECT 1 WHERE true`;",
  ]);
});

test("each condition handed to drizzle's and() is dropped once", () => {
  expect(faultsIn("const w = and(x, y);")).toEqual([
    "const w = and(undefined, y);",
    "const w = and(x, undefined);",
  ]);
});

test("a fault names its function, and traced code reports the same name", () => {
  const code = "const f = (a: number) => a + 1;\nfunction g() {\n  return f(2) - 3;\n}";
  expect(new Set(mutantsOf(PATH, code).map(({ within }) => within))).toEqual(
    new Set([functionId(PATH, 10), functionId(PATH, 32)]),
  );
  const script = traced(PATH, code).replace(": number", "");
  const entered = new Set<string>();
  expect(runInNewContext(`${script}; g()`, { __entered: entered })).toBe(0);
  expect([...entered]).toEqual([functionId(PATH, 32), functionId(PATH, 10)]);
});

test("a sample is the same each time, and does not depend on the order", () => {
  const mutants = mutantsOf(PATH, "if (a < 5) go(); if (b > 6) stop();");
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
  expect(new Set(ids(mutants)).size).toBe(mutants.length);
  expect(ids(sampleOf(mutants.toReversed(), 4))).toEqual(ids(sampleOf(mutants, 4)));
});

test("the report counts what was noticed, and shows where nothing was", () => {
  const mutants = mutantsOf(PATH, "if (a < 5) go();");
  const statuses: MutantStatus[] = ["noticed", "timed out", "noticed", "survived", "not run"];
  const { text, share } = report(
    new Map(mutants.map((mutant, i) => [mutant, { status: statuses[i] ?? "noticed", why: "" }])),
  );
  expect(share).toBe(0.6);
  expect(text).toContain("| together | 5 | 3 | 1 | 60 % |");
  expect(text.match(/file\.ts:1 survived/g)).toHaveLength(1);
});
