import { LiquidError, type Template, Tokenizer } from "liquidjs";
import { cleanPart } from "../content/clean.ts";
import type { WordingChannel } from "../db/schema/index.ts";
import { MAX_SOURCE, MAX_WORK, liquid } from "./engine.ts";
import { type TemplateFault, WordingError } from "./fault.ts";
import { type WordingFields, templatesIn } from "./fields.ts";
import { withoutShields } from "./shield.ts";

/** Tags in a template, how deep they may stand in each other, and the length of one. */
const MAX_PARTS = 2_000;
const MAX_DEPTH = 20;
const MAX_TAG = 1_000;
/** `elsif` and `when`: each is asked every time. */
const MAX_BRANCHES = 100;

/** Words whose templates are parsed. */
export interface ParsedWording<C extends WordingChannel = WordingChannel> {
  channel: C;
  /** BCP 47: the language of the words. */
  locale: string;
  templates: ReadonlyMap<string, readonly Template[]>;
}

/** Parses the templates of some words. @throws WordingError with the first fault of each field */
export function parseWording<C extends WordingChannel>(
  channel: C,
  locale: string,
  fields: WordingFields,
): ParsedWording<C> {
  const faults: TemplateFault[] = [];
  const templates = new Map<string, readonly Template[]>();
  for (const [field, source] of templatesIn(fields)) {
    const parsed = parseTemplate(field, source);
    if ("message" in parsed) faults.push(parsed);
    else templates.set(field, parsed.templates);
  }
  if (faults.length > 0) throw new WordingError(faults);
  return { channel, locale, templates };
}

function parseTemplate(field: string, source: string): TemplateFault | { templates: Template[] } {
  if (source.length > MAX_SOURCE)
    return { field, line: 1, column: 1, message: `It may have at most ${MAX_SOURCE} characters` };
  // Cleaning keeps the number of lines, so that positions stay true.
  const clean = withoutShields(cleanPart(source));
  try {
    return excess(field, clean) ?? { templates: liquid.parse(clean) };
  } catch (error) {
    return faultOf(field, error);
  }
}

const OPENS = /^(?:capture|case|for|if|unless)$/u;
const CLOSES = /^end(?:capture|case|for|if|unless)$/u;
const BRANCHES = /^(?:elsif|when)$/u;

/** What a template has too much of; null: nothing. Asked before it is parsed, because the parser calls itself for each nested tag. */
function excess(field: string, source: string): TemplateFault | null {
  const tokens = new Tokenizer(source).readTopLevelTokens();
  let [depth, branches] = [0, 0];
  for (const [index, token] of tokens.entries()) {
    const name = "name" in token && typeof token.name === "string" ? token.name : "";
    if (OPENS.test(name)) depth++;
    if (CLOSES.test(name)) depth--;
    if (BRANCHES.test(name)) branches++;
    const isTag = source.startsWith("{%", token.begin) || source.startsWith("{{", token.begin);
    const message =
      index >= MAX_PARTS
        ? `It may have at most ${MAX_PARTS} tags and texts between them`
        : depth > MAX_DEPTH
          ? `Tags may stand in at most ${MAX_DEPTH} others`
          : branches > MAX_BRANCHES
            ? `It may have at most ${MAX_BRANCHES} elsif and when`
            : isTag && token.end - token.begin > MAX_TAG
              ? `A tag may have at most ${MAX_TAG} characters`
              : null;
    if (message !== null) return { field, ...positionOf(token.getPosition()), message };
  }
  return null;
}

const positionOf = ([line = 1, column = 1]: number[]) => ({ line, column });

/** liquidjs appends the position to its messages. */
const POSITION = /, line:\d+, col:\d+$/u;

/** A failure of liquidjs as a fault. @throws what is none */
export function faultOf(field: string, error: unknown): TemplateFault {
  if (error instanceof RangeError)
    return {
      field,
      line: 1,
      column: 1,
      message: "It is nested too deeply, or has too many lines or marks of emphasis",
    };
  if (!LiquidError.is(error)) throw error;
  const message = (error.originalError?.message ?? error.message).replace(POSITION, "");
  return {
    field,
    ...positionOf(error.token.getPosition()),
    message: message.endsWith("limit exceeded") ? `It needs more than ${MAX_WORK} units of work` : message,
  };
}
