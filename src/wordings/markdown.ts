import { Lexer, type MarkedToken, type Token } from "marked";
import type { Block, Span } from "../content/blocks.ts";
import { addressIn } from "../lib/address.ts";
import { safeUrl } from "../lib/web-url.ts";
import { unshield, unshieldUrl } from "./shield.ts";

/** Lists in lists, quotes in quotes: what is deeper is shown as text. */
const MAX_DEPTH = 6;
/** A link alone in its paragraph with this after it becomes a button: `[Open](https://…){button}`. */
const BUTTON = "{button}";

/** The parser calls itself for each quote in a quote, so that thousands would exhaust the stack. */
const DEEP_QUOTES = /^([ \t]*(?:>[ \t]?){20})(?:>[ \t]?)+/gmu;

type Look = Omit<Span, "text">;

/** The parser compares each mark of emphasis with all before it, and each line may become a block of 300 bytes of HTML. */
const MAX_MARKS = 1_000;
const MAX_LINES = 600;

/** @throws RangeError for a text that would take long to parse, or make a huge mail */
function requireModest(source: string): string {
  const marks = source.match(/[*_]/gu)?.length ?? 0;
  const lines = source.match(/\n/gu)?.length ?? 0;
  if (marks > MAX_MARKS || lines > MAX_LINES)
    throw new RangeError(`At most ${MAX_MARKS} * and _, and ${MAX_LINES} lines`);
  return source;
}

/**
 * The blocks of a mail in Markdown (CommonMark). HTML is shown as text, an image as its alternative text, and a link that is
 * neither http(s) nor mailto as its label. `source` may hold shielded values.
 */
export const blocksOf = (source: string): Block[] =>
  blocksIn(new Lexer({ gfm: false }).lex(requireModest(source).replace(DEEP_QUOTES, "$1")), 0);

// marked's types name each token of its own; others come from extensions, and there are none.
const isKnown = (token: Token): token is MarkedToken => token.type !== "";
const known = (tokens: readonly Token[] | undefined): readonly MarkedToken[] =>
  (tokens ?? []).filter(isKnown);

const blocksIn = (tokens: readonly Token[], depth: number): Block[] =>
  known(tokens).flatMap((token) => blockOf(token, depth));

function blockOf(token: MarkedToken, depth: number): Block[] {
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "heading":
      return heading(plainOf(spansIn(token.tokens, {})));
    case "hr":
      return [{ kind: "rule" }];
    case "code":
      return [{ kind: "code", text: unshield(token.text) }];
    case "blockquote":
      return depth >= MAX_DEPTH
        ? textual(token.text)
        : [{ kind: "quote", blocks: blocksIn(token.tokens, depth + 1) }];
    case "list": {
      if (depth >= MAX_DEPTH) return textual(token.raw);
      const start = token.ordered ? Number(token.start) : null;
      return [{ kind: "points", start, items: token.items.map((item) => blocksIn(item.tokens, depth + 1)) }];
    }
    case "paragraph":
      return paragraph(token.tokens);
    case "text":
      return paragraph(token.tokens ?? [token]);
    case "br":
    case "checkbox":
    case "codespan":
    case "del":
    case "em":
    case "escape":
    case "html":
    case "image":
    case "link":
    case "list_item":
    case "strong":
    case "table":
      return textual(token.raw);
  }
}

const heading = (text: string): Block[] => (text === "" ? [] : [{ kind: "heading", text }]);

const textual = (raw: string): Block[] => rich([{ text: unshield(raw.trim()) }]);

const rich = (spans: readonly Span[]): Block[] =>
  spans.every(({ text }) => text.trim() === "") ? [] : [{ kind: "rich", spans }];

function paragraph(tokens: readonly Token[]): Block[] {
  const [link, mark, ...others] = known(tokens);
  if (link?.type === "link" && mark?.type === "text" && mark.text === BUTTON && others.length === 0) {
    const [label, url] = [plainOf(spansIn(link.tokens, {})), linkOf(link.href)];
    if (label !== "" && url !== null) return [{ kind: "button", label, url }];
  }
  return rich(spansIn(tokens, {}));
}

const plainOf = (spans: readonly Span[]): string =>
  spans
    .map(({ text }) => text)
    .join("")
    .replace(/\s+/gu, " ")
    .trim();

const spansIn = (tokens: readonly Token[] | undefined, look: Look): Span[] =>
  known(tokens).flatMap((token) => spansOf(token, look));

function spansOf(token: MarkedToken, look: Look): Span[] {
  switch (token.type) {
    case "strong":
      return spansIn(token.tokens, { ...look, bold: true });
    case "em":
      return spansIn(token.tokens, { ...look, italic: true });
    case "codespan":
      return [{ ...look, text: unshield(token.text), code: true }];
    case "br":
      return [{ ...look, text: "\n" }];
    case "link": {
      const url = linkOf(token.href);
      return spansIn(token.tokens, url === null ? look : { ...look, url });
    }
    case "image":
      return [{ ...look, text: unshield(token.text) }];
    case "text":
      // A line break in a paragraph is a space; only one that a value brings is a break.
      return [{ ...look, text: unshield(token.text.replaceAll("\n", " ")) }];
    case "escape":
      return [{ ...look, text: token.text }];
    case "blockquote":
    case "checkbox":
    case "code":
    case "def":
    case "del":
    case "heading":
    case "hr":
    case "html":
    case "list":
    case "list_item":
    case "paragraph":
    case "space":
    case "table":
      return [{ ...look, text: unshield(token.raw) }];
  }
}

/** An http(s) or mailto link; null for any other. */
function linkOf(href: string): string | null {
  const url = unshieldUrl(href.trim());
  if (!/^mailto:/iu.test(url)) return safeUrl(url);
  const address = addressIn(url);
  return address === null ? null : `mailto:${address}`;
}
