import { sqlEdits } from "./sql.ts";
import { isNode, type Node, nodesIn } from "./syntax.ts";

/** A replacement of a piece of source by another one. */
export interface Edit {
  start: number;
  end: number;
  text: string;
  /** What kind of fault it is. */
  operator: string;
}

/** A binary operator's neighbour, or its opposite. */
const BINARY: Readonly<Record<string, readonly [string, string]>> = {
  "<": ["<=", "move a bound"],
  "<=": ["<", "move a bound"],
  ">": [">=", "move a bound"],
  ">=": [">", "move a bound"],
  "===": ["!==", "turn a condition round"],
  "!==": ["===", "turn a condition round"],
  "==": ["!=", "turn a condition round"],
  "!=": ["==", "turn a condition round"],
  "+": ["-", "swap an operator"],
  "-": ["+", "swap an operator"],
  "*": ["/", "swap an operator"],
  "/": ["*", "swap an operator"],
};

const LOGICAL: Readonly<Record<string, string>> = { "&&": "||", "||": "&&" };

const METHODS: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  some: "every",
  every: "some",
  ceil: "floor",
  floor: "ceil",
  lt: "lte",
  lte: "lt",
  gt: "gte",
  gte: "gt",
  isNull: "isNotNull",
  isNotNull: "isNull",
};

type Operator = (node: Node, code: string, within: readonly Node[]) => Edit[];

const field = (node: Node, name: string): Node | null => {
  const value = node[name];
  return isNode(value) ? value : null;
};

const isText = (node: Node | null): boolean =>
  node !== null && (node.type === "TemplateLiteral" || typeof node["value"] === "string");

const whole = ({ start, end }: Node, text: string, operator: string): Edit => ({
  start,
  end,
  text,
  operator,
});

/** Replaces the operator between its operands. */
function swapped(node: Node, code: string, text: string, operator: string): Edit[] {
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (left === null || right === null) return [];
  const at = code.indexOf(String(node["operator"]), left.end);
  return [{ start: at, end: at + String(node["operator"]).length, text, operator }];
}

const condition: Operator = (node) => {
  const test = field(node, "test");
  return test === null
    ? []
    : [whole(test, "true", "decide a condition"), whole(test, "false", "decide a condition")];
};

const binary: Operator = (node, code) => {
  const swap = BINARY[String(node["operator"])];
  const isConcatenation = isText(field(node, "left")) || isText(field(node, "right"));
  if (swap === undefined || (node["operator"] === "+" && isConcatenation)) return [];
  return swapped(node, code, ...swap);
};

const logical: Operator = (node, code) => {
  const swap = LOGICAL[String(node["operator"])];
  if (swap !== undefined) return swapped(node, code, swap, "swap and and or");
  const left = field(node, "left");
  // To JSON and to D1, undefined is null.
  if (code.slice(field(node, "right")?.start, field(node, "right")?.end) === "null") return [];
  return left === null ? [] : [whole(node, code.slice(left.start, left.end), "drop a default")];
};

const negation: Operator = (node, code) => {
  const argument = field(node, "argument");
  if (argument === null) return [];
  const text = code.slice(argument.start, argument.end);
  return node["operator"] === "!" ? [whole(node, text, "turn a condition round")] : [];
};

/** Log lines are for people, so no test checks them. */
const isLogging = (text: string) => /^(?:await )?(?:\w+\.)*log\.\w+\(/.test(text);

const statement: Operator = (node, code) => {
  const text = code.slice(node.start, node.end);
  return isLogging(text) || field(node, "expression")?.type === "Literal"
    ? []
    : [whole(node, ";", "drop a statement")];
};

const literal: Operator = (node) => {
  const { value } = node;
  if (typeof value === "boolean") return [whole(node, String(!value), "change a constant")];
  return typeof value === "number"
    ? [whole(node, String(value === 1 ? 2 : value + 1), "change a constant")]
    : [];
};

/** The name of the called function: `f`, or `m` of `x.m`. */
function calledName(node: Node): Node | null {
  const callee = field(node, "callee");
  return callee?.type === "MemberExpression" ? field(callee, "property") : callee;
}

const call: Operator = (node, code) => {
  const name = calledName(node);
  if (name === null) return [];
  const word = code.slice(name.start, name.end);
  const swap = METHODS[word];
  if (swap !== undefined) return [whole(name, swap, "swap a function")];
  const args = nodesIn(node["arguments"]);
  if ((word === "and" || word === "or") && args.length > 1)
    return args.map((arg) => whole(arg, "undefined", "drop a condition (SQL)"));
  const object = field(field(node, "callee") ?? node, "object");
  if (word === "filter" && object !== null)
    return [whole(node, code.slice(object.start, object.end), "drop a filter")];
  return [];
};

const template: Operator = (node, code) => {
  const [tag, quasi] = [field(node, "tag"), field(node, "quasi")];
  if (tag === null || quasi === null || code.slice(tag.start, tag.end) !== "sql") return [];
  const from = quasi.start + 1;
  return sqlEdits(code.slice(from, quasi.end - 1)).map((edit) => ({
    ...edit,
    start: from + edit.start,
    end: from + edit.end,
  }));
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  IfStatement: condition,
  ConditionalExpression: condition,
  WhileStatement: condition,
  BinaryExpression: binary,
  LogicalExpression: logical,
  UnaryExpression: negation,
  ExpressionStatement: statement,
  Literal: literal,
  CallExpression: call,
  TaggedTemplateExpression: template,
};

/** The faults that can be put into a node. Texts and log lines are left alone. */
export const editsOf = (node: Node, code: string, within: readonly Node[]): Edit[] =>
  OPERATORS[node.type]?.(node, code, within) ?? [];
