import { parseSync } from "vite";

/** A node of the syntax tree (ESTree with TypeScript's nodes). Offsets are in UTF-16 units. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [property: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value;

export const nodesIn = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** Types do nothing at run time, and imports are not behaviour of this file. */
const isSilent = ({ type }: Node) =>
  (type.startsWith("TS") && !["TSAsExpression", "TSSatisfiesExpression"].includes(type)) ||
  type === "ImportDeclaration";

const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) => (isNode(value) ? [value] : nodesIn(value)));

/** Visits each node from the outside in. `within` are the nodes around it, nearest first. */
export function walk(node: Node, visit: (node: Node, within: readonly Node[]) => void, within: Node[] = []) {
  if (isSilent(node)) return;
  visit(node, within);
  for (const child of childrenOf(node)) walk(child, visit, [node, ...within]);
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

export const isFunction = ({ type }: Node): boolean => FUNCTIONS.has(type);

/** @throws when the code is not TypeScript */
export function parse(path: string, code: string): Node {
  const { program, errors } = parseSync(path, code, { lang: path.endsWith(".tsx") ? "tsx" : "ts" });
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  if (!isNode(program)) throw new Error(`${path}: no syntax tree`);
  return program;
}
