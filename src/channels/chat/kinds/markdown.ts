import type { Span } from "../../../content/blocks.ts";
import type { ChatMessage, Piece } from "../message.ts";

/** Every ASCII punctuation mark may be escaped with a backslash (CommonMark, §2.4), and Discord takes the same. */
const escape = (text: string): string => text.replaceAll(/[!-/:-@[-`{-~]/gu, "\\$&");

/** Code cannot be escaped: what would end it becomes a mark that looks the same. */
const inCode = (text: string): string => text.replaceAll("`", "\u02cb");

/** Within the brackets of a link. */
const target = (url: string): string =>
  url.replaceAll(/[()<>\\\s]/gu, (c) => encodeURIComponent(c).replace("(", "%28").replace(")", "%29"));

function spanOf({ text, url, bold, italic, code }: Span): string {
  if (text.trim() === "") return text;
  const [, before = "", inner = "", after = ""] = /^(\s*)(.*?)(\s*)$/su.exec(text) ?? [];
  let marked = code ? `\`${inCode(inner)}\`` : escape(inner);
  if (italic) marked = `*${marked}*`;
  if (bold) marked = `**${marked}**`;
  return `${before}${url === undefined ? marked : `[${marked}](${target(url)})`}${after}`;
}

const line = (spans: readonly Span[]): string => spans.map(spanOf).join("");

function pieceOf(piece: Piece): string {
  switch (piece.kind) {
    case "text":
      return line(piece.spans);
    case "item":
      return `${"  ".repeat(piece.depth)}${piece.mark === "•" ? "-" : piece.mark} ${line(piece.spans)}`;
    case "quote":
      return line(piece.spans).replaceAll(/^/gmu, "> ");
    case "code":
      return `\`\`\`\n${inCode(piece.text)}\n\`\`\``;
  }
}

/** A message in Markdown, in which values are only text. */
export function markdown({ title, action }: ChatMessage, pieces: readonly Piece[]): string {
  let text = title === "" ? "" : spanOf({ text: title, bold: true });
  let isItem = false;
  for (const piece of pieces) {
    const part = pieceOf(piece);
    if (part === "") continue;
    text += text === "" ? "" : isItem && piece.kind === "item" ? "\n" : "\n\n";
    text += part;
    isItem = piece.kind === "item";
  }
  const link = action === null ? "" : spanOf({ text: action.label, url: action.url, bold: true });
  return [text, link].filter((part) => part !== "").join("\n\n");
}
