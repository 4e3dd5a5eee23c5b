import {
  CaptureTag,
  Context,
  type Emitter,
  Liquid,
  LiquidError,
  type Operators,
  RenderError,
  type Template,
  TokenKind,
  defaultOperators,
  tags,
} from "liquidjs";
import { cleanPart } from "../content/clean.ts";
import { registerFilters } from "./filters.ts";
import { withoutShields } from "./shield.ts";
import type { WordingReader } from "./variables.ts";

/** The longest template, in UTF-16 units. */
export const MAX_SOURCE = 20_000;
/**
 * What rendering one field may cost. Printed characters, steps, property reads, operators and filters count. A Worker's
 * clock stands still while code runs, so a limit in milliseconds would never be reached.
 */
export const MAX_WORK = 1_000_000;
const STEP = 50;
const OPERATOR = 5;
const READ = 5;

/** Tags that neither load other templates, nor make HTML, nor change variables. */
const TAGS = [
  "#",
  "assign",
  "break",
  "capture",
  "case",
  "comment",
  "continue",
  "cycle",
  "echo",
  "for",
  "if",
  "raw",
  "unless",
];

/** Makes a value safe for the place where it is printed. */
export type Escape = (value: string) => string;

/** One rendering of one field. */
export class Rendering extends Context {
  /** How many `capture` tags are open. Captured text is escaped when it is printed, not twice. */
  captures = 0;

  constructor(
    variables: object,
    readonly reader: WordingReader & { locale: string },
    readonly escape: Escape,
  ) {
    // A copy: nothing that a template does may be seen by the next one.
    super({ ...variables }, liquid.options, { sync: true, memoryLimit: MAX_WORK }, { liquid });
  }

  override readProperty(...[object, key]: Parameters<Context["readProperty"]>): unknown {
    this.memoryLimit.use(READ);
    return super.readProperty(object, key);
  }
}

/** The text of a value; nothing for an object, which has none. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join("");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

function escapeOutput(this: { context: Context }, value: unknown): string {
  const text = withoutShields(cleanPart(textOf(value)));
  this.context.memoryLimit.use(text.length);
  return this.context instanceof Rendering && this.context.captures === 0 ? this.context.escape(text) : text;
}

/** Counts what is written. */
class CountingEmitter implements Emitter {
  buffer = "";
  constructor(private readonly context: Context) {}
  write(part: unknown): void {
    const text = textOf(part);
    this.context.memoryLimit.use(text.length);
    this.buffer += text;
  }
}

class Capture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    if (!(context instanceof Rendering)) return yield* super.render(context);
    context.captures++;
    try {
      yield* super.render(context);
    } finally {
      context.captures--;
    }
  }
}

/** As liquidjs does it, but counted: each step, and the length of its tag. */
function* renderTemplates(
  templates: Template[],
  context: Context,
  emitter: Emitter = new CountingEmitter(context),
): Generator<unknown, string, string> {
  context.memoryLimit.use(STEP);
  for (const template of templates) {
    const { kind, begin, end } = template.token;
    context.memoryLimit.use(STEP + (kind === TokenKind.HTML ? 0 : end - begin));
    try {
      const text = yield template.render(context, emitter);
      if (text) emitter.write(text);
      if (context.breakCalled || context.continueCalled) break;
    } catch (error) {
      if (LiquidError.is(error)) throw error;
      throw new RenderError(error instanceof Error ? error : new Error(String(error)), template);
    }
  }
  return emitter.buffer;
}

const counted: Operators = Object.fromEntries(
  Object.entries(defaultOperators).map(([name, operate]) => [
    name,
    // Both handlers end with the context: a unary one gets two arguments.
    (...operands: [unknown, unknown, Context]) => {
      const context = operands[2] ?? operands[1];
      if (context instanceof Context) context.memoryLimit.use(OPERATOR + sizeOf(operands[0]));
      return operate(...operands);
    },
  ]),
);

const sizeOf = (value: unknown): number =>
  typeof value === "string" || Array.isArray(value) ? value.length : 0;

function createLiquid(): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    relativeReference: false,
    root: [],
    // Nothing is ever read from outside: not even by a tag that a later version of the library adds.
    templates: {},
    parseLimit: MAX_SOURCE,
    memoryLimit: MAX_WORK,
    operators: counted,
    outputEscape: escapeOutput,
  });
  for (const name of Object.keys(tags)) if (!TAGS.includes(name)) delete engine.tags[name];
  engine.registerTag("capture", Capture);
  engine.renderer.renderTemplates = renderTemplates;
  registerFilters(engine);
  return engine;
}

export const liquid = createLiquid();
