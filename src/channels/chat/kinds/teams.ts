import type { Span } from "../../../content/blocks.ts";
import { bytesOf, type ChatMessage, fitting, type Piece, piecesOf } from "../message.ts";

// A message as a Teams workflow takes it: an Adaptive Card (adaptivecards.io/schemas/adaptive-card.json, 1.4). Its text is in
// RichTextBlocks, in which Teams parses no Markdown: no value can become a link, a mention or markup.

/** Of the whole request (learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors). 28 KB, with some to spare. */
const MAX_BYTES = 27_000;
const TITLE_MAX = 200;

const run = ({ text, url, bold, italic, code }: Span): object => ({
  type: "TextRun",
  text,
  ...(bold && { weight: "Bolder" }),
  ...(italic && { italic: true }),
  ...(code && { fontType: "Monospace" }),
  ...(url !== undefined && { color: "Accent", selectAction: { type: "Action.OpenUrl", url } }),
});

const block = (spans: readonly Span[], more: object = {}): object => ({
  type: "RichTextBlock",
  inlines: spans.filter(({ text }) => text !== "").map(run),
  ...more,
});

const hasText = ({ spans }: { spans: readonly Span[] }): boolean => spans.some(({ text }) => text !== "");

function body(piece: Piece): object[] {
  if (piece.kind !== "code" && !hasText(piece)) return [];
  switch (piece.kind) {
    case "text":
      return [block(piece.spans)];
    case "item":
      return [
        block([{ text: `${"   ".repeat(piece.depth)}${piece.mark} ` }, ...piece.spans], { spacing: "Small" }),
      ];
    case "quote":
      return [{ type: "Container", style: "emphasis", items: [block(piece.spans)] }];
    case "code":
      return piece.text === "" ? [] : [block([{ text: piece.text, code: true }])];
  }
}

/** The body of a request to a workflow's webhook. */
export function teamsMessage({ title, blocks, action }: ChatMessage): object {
  const heading = title === "" ? [] : [block([{ text: title.slice(0, TITLE_MAX), bold: true }], {})];
  const make = (pieces: readonly Piece[]) => ({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: [...heading, ...pieces.flatMap(body)],
          ...(action !== null && {
            actions: [{ type: "Action.OpenUrl", title: action.label, url: action.url }],
          }),
          msteams: { width: "Full" },
        },
      },
    ],
  });
  return fitting(piecesOf(blocks), make, bytesOf, MAX_BYTES);
}
