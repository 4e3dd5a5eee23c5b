import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { isNode, type Node, nodesIn, parse } from "../proof/mutate/syntax.ts";

/**
 * The rooms of src/, from the ground up: a room is a folder, or a file at the top. A file may import its own room and
 * those before it. So there are no circles between rooms.
 */
export const ROOMS = [
  "client",
  "lib",
  "config",
  "db",
  "dev-outbox",
  "audit",
  "rate-limit",
  "auth",
  "idempotency",
  "schedules",
  "outbox",
  "delivery",
  "log",
  "directory",
  "content",
  "preferences",
  "types",
  "wordings",
  "inbox",
  "channels",
  "events",
  "notifications",
  "explain",
  "insight",
  "bindings.ts",
  "deps.ts",
  "jobs",
  "queues",
  "http",
  "api",
  "console",
  "docs",
  "cli",
  "app.ts",
  "index.ts",
];

/**
 * What every verb is handed. It stands beside the order, since rooms need it and it names what they hand in: it may be
 * imported from `db` on upwards, and imports types alone, so that nothing is loaded because of it.
 */
const CONTEXT = "ctx.ts";
const BELOW_CONTEXT = ["lib", "config", "db"];

interface Import {
  from: string;
  to: string;
  isType: boolean;
}

const roomOf = (path: string): string => path.split("/")[0] ?? path;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The file that a node imports or exports from; undefined for any other node. Null for one that is found out at run time. */
function sourceOf(node: Node): string | null | undefined {
  const source = node.type === "TSImportType" ? (node["source"] ?? node["argument"]) : node["source"];
  const isImport =
    node.type === "ImportDeclaration" ||
    node.type === "ImportExpression" ||
    node.type === "TSImportType" ||
    (node.type.startsWith("Export") && isRecord(source));
  if (!isImport) return undefined;
  if (!isRecord(source)) return null;
  const literal = isRecord(source["literal"]) ? source["literal"] : source;
  return typeof literal["value"] === "string" ? literal["value"] : null;
}

const isOfTypes = (node: Node): boolean =>
  node.type === "TSImportType" || node["importKind"] === "type" || node["exportKind"] === "type";

function* nodesBelow(node: Node): Generator<Node, void> {
  yield node;
  for (const value of Object.values(node))
    for (const child of isNode(value) ? [value] : nodesIn(value)) yield* nodesBelow(child);
}

/** What a file imports of ours, in whatever way: also types, re-exports and `import()`. */
function importsOf(path: string, code: string, complain: (finding: string) => void): Import[] {
  const found: Import[] = [];
  for (const node of nodesBelow(parse(path, code))) {
    const source = sourceOf(node);
    if (source === null) complain(`${path}: an import() must name its file`);
    if (typeof source !== "string" || !source.startsWith(".")) continue;
    const to = posix.join(posix.dirname(path), source);
    if (!to.startsWith("..")) found.push({ from: path, to, isType: isOfTypes(node) });
  }
  return found;
}

/** Why a file of one room may not import one of another; null where it may. */
function whyNot({ from, to, isType }: Import): string | null {
  const [a, b] = [roomOf(from), roomOf(to)];
  if (a === b) return null;
  if (a === CONTEXT) return isType ? null : `${CONTEXT} imports types alone`;
  if (b === CONTEXT) return BELOW_CONTEXT.includes(a) ? `${a} knows no context` : null;
  const [low, high] = [ROOMS.indexOf(b), ROOMS.indexOf(a)];
  for (const room of [a, b]) if (!ROOMS.includes(room)) return `${room} is no room of the house`;
  return low < high ? null : `${b} lies above ${a}`;
}

/** Files that import each other in a circle, each circle once. */
function circlesAmong(imports: readonly Import[]): string[][] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const circles = new Map<string, string[]>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) {
      const circle = path.slice(start);
      circles.set(circle.toSorted().join(), circle);
      return;
    }
    if (done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return [...circles.values()];
}

/** What is wrong with the imports of src/. @param files code by path, from src/ */
export function findingsIn(files: ReadonlyMap<string, string>): string[] {
  const findings: string[] = [];
  const imports = [...files].flatMap(([path, code]) => importsOf(path, code, (one) => findings.push(one)));
  for (const one of imports) {
    const why = whyNot(one);
    if (why !== null) findings.push(`${one.from} -> ${one.to}: ${why}`);
  }
  const beside = imports.filter(({ from, to }) => from !== CONTEXT && to !== CONTEXT);
  for (const circle of circlesAmong(beside))
    findings.push(`${[...circle, ...circle.slice(0, 1)].join(" -> ")}: is a circle`);
  return findings;
}

/** Every file of src/. */
export function filesOfSrc(root: string): Map<string, string> {
  const src = join(root, "src");
  const paths = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.tsx?$/.test(path),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(src, path), "utf8")]));
}

if (import.meta.main) {
  const findings = findingsIn(filesOfSrc(process.cwd()));
  for (const finding of findings) console.error(finding);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
