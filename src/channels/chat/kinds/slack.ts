import type { Span } from "../../../content/blocks.ts";
import { cut } from "../../../content/clean.ts";
import { type ChatMessage, type Piece, piecesOf, plainText, shortened } from "../message.ts";

// A message as Slack takes it (docs.slack.dev/reference/block-kit). Its text is in `rich_text` blocks, whose elements are
// data: unlike in mrkdwn nothing in them is parsed, so that no value can mention anybody, make a link, or become markup.

const HEADER_MAX = 150;
const TEXT_MAX = 8_000;
const FALLBACK_MAX = 1_000;

/** In the fallback text these three begin markup, mentions among it (`<!here>`, `<@U…>`). */
const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

interface Styled {
  style?: { bold?: boolean; italic?: boolean; code?: boolean };
}
type Element = Styled & ({ type: "text"; text: string } | { type: "link"; url: string; text: string });
interface Part {
  type: "rich_text_section" | "rich_text_quote" | "rich_text_preformatted";
  elements: Element[];
}
type Block =
  | { type: "header"; text: { type: "plain_text"; text: string; emoji: boolean } }
  | { type: "rich_text"; elements: Part[] };

/** What Slack takes, as its own client has it, too. */
interface SlackMessage {
  /** What notifications show in place of the blocks. */
  text: string;
  blocks: Block[];
  unfurl_links: boolean;
  unfurl_media: boolean;
}

function element({ text, url, bold, italic, code }: Span): Element {
  const style = { ...(bold && { bold }), ...(italic && { italic }), ...(code && { code }) };
  const styled: Styled = Object.keys(style).length === 0 ? {} : { style };
  return url === undefined ? { type: "text", text, ...styled } : { type: "link", url, text, ...styled };
}

const elements = (spans: readonly Span[]): Element[] => spans.filter(({ text }) => text !== "").map(element);

const section = (spans: readonly Span[]): Part => ({
  type: "rich_text_section",
  elements: elements(spans),
});

/** A paragraph ends with an empty line where another piece follows. */
const ended = (spans: readonly Span[], isLast: boolean): readonly Span[] =>
  isLast ? spans : [...spans, { text: "\n\n" }];

const contains = ({ spans }: { spans: readonly Span[] }) => spans.some(({ text }) => text !== "");

const parts = (pieces: readonly Piece[]): Part[] =>
  pieces.flatMap((piece, i): Part[] => {
    const isLast = i === pieces.length - 1;
    switch (piece.kind) {
      case "text":
        return contains(piece) ? [section(ended(piece.spans, isLast))] : [];
      case "item":
        return [
          section([{ text: `${"   ".repeat(piece.depth)}${piece.mark} ` }, ...piece.spans, { text: "\n" }]),
        ];
      case "quote":
        return contains(piece) ? [{ type: "rich_text_quote", elements: elements(piece.spans) }] : [];
      case "code":
        return piece.text === ""
          ? []
          : [{ type: "rich_text_preformatted", elements: [{ type: "text", text: piece.text }] }];
    }
  });

/** The body of an incoming webhook, and of chat.postMessage beside its channel. */
export function slackMessage(message: ChatMessage): SlackMessage {
  const { title, blocks, action } = message;
  const pieces: Piece[] = shortened(piecesOf(blocks), TEXT_MAX);
  // A link and not a button: a button reports each press to the app, and most apps here listen to none.
  if (action !== null)
    pieces.push({ kind: "text", spans: [{ text: action.label, url: action.url, bold: true }] });
  const rich = parts(pieces);
  const header: Block[] =
    title === ""
      ? []
      : [{ type: "header", text: { type: "plain_text", text: cut(title, HEADER_MAX), emoji: false } }];
  return {
    text: escape(cut(plainText(message), FALLBACK_MAX)),
    blocks: rich.length === 0 ? header : [...header, { type: "rich_text", elements: rich }],
    // Slack would fetch what the links lead to.
    unfurl_links: false,
    unfurl_media: false,
  };
}
