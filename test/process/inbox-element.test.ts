import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compactScripts } from "../../src/api/inbox-element/compact.ts";
import { ROOT } from "../../src/cli/project.ts";
import { isNode, type Node, nodesIn, parse } from "../proof/mutate/syntax.ts";

const NAMES = ["dom", "client", "live", "store", "row", "preferences", "panel", "element"];
const PARTS = NAMES.map((name) =>
  readFileSync(join(ROOT, `src/api/inbox-element/assets/${name}.js`), "utf8"),
);

/** A tree without places; names are replaced by `rename`. */
function shapeOf(value: unknown, rename: (node: Node) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => shapeOf(one, rename));
  if (!isNode(value)) return typeof value === "object" && value !== null ? { ...value } : value;
  const { start: _, end: __, raw: ___, range: ____, loc: _____, ...rest } = value;
  const fields = Object.entries(rest).map(([key, child]) => [key, shapeOf(child, rename)] as const);
  return { ...Object.fromEntries(fields), name: rename(value) };
}

/** Every private member's name, in the order in which they stand there. */
function privateNames(node: Node, found: string[] = []): string[] {
  if (node.type === "PrivateIdentifier") found.push(String(node["name"]));
  for (const value of Object.values(node))
    for (const child of isNode(value) ? [value] : nodesIn(value)) privateNames(child, found);
  return found;
}

const isRenamed = (name: unknown): boolean => typeof name === "string" && /^[A-Z]+_[A-Z_]+$/.test(name);

test("what is served of the inbox element does what its source says: only names that nobody sees are others", () => {
  const [source, compact] = [PARTS.join(""), compactScripts(PARTS)];
  const [from, to] = [parse("element.js", source), parse("element.js", compact)];
  expect(compact.length).toBeLessThan(source.length * 0.75);
  const original = (node: Node): unknown =>
    node.type === "PrivateIdentifier" ? "private" : isRenamed(node["name"]) ? "constant" : node["name"];
  const served = (node: Node): unknown =>
    node.type === "PrivateIdentifier"
      ? "private"
      : typeof node["name"] === "string" && /^\$[0-9a-z]+$/.test(node["name"])
        ? "constant"
        : node["name"];
  expect(shapeOf(to, served)).toEqual(shapeOf(from, original));
  // Each private name has one other in its part, and no two have the same.
  for (const part of PARTS) {
    const [before, after] = [part, compactScripts([part])].map((code) =>
      privateNames(parse("part.js", code)),
    );
    const pairs = new Map(before?.map((name, i) => [name, after?.[i]]));
    expect(before?.map((name) => pairs.get(name))).toEqual(after);
    expect(new Set(pairs.values()).size).toBe(pairs.size);
  }
  const found = [...source.matchAll(/(?:const|let) ([A-Z]+_[A-Z_]+) =/g)].map(([, name]) => name);
  expect(new Set(found).size, "constants share one scope").toBe(found.length);
});
