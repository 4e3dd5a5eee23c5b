import type { Block, Span } from "../../content/blocks.ts";
import { cut, stripIsolates } from "../../content/clean.ts";
import { renderBlocks } from "../../content/render-text.ts";

/** What a chat message says, before it takes the form of its chat. All texts are what a reader shall see, with no markup. */
export interface ChatMessage {
  /** Empty: none. */
  title: string;
  blocks: readonly Block[];
  /** Where it leads; null: nowhere. */
  action: { label: string; url: string } | null;
}

/** What a chat message is about, for the programs that get it. */
export interface ChatFacts {
  /** The dispatch's printed id: the same for every attempt. */
  id: string;
  /** The notification type. */
  type: string;
  /** The printed id of the event. */
  eventId: string | null;
}

/** The text without markup. */
export const plainText = ({ title, blocks, action }: ChatMessage): string =>
  stripIsolates(
    [title, renderBlocks(blocks, ": "), action === null ? "" : `${action.label}: ${action.url}`]
      .filter((part) => part !== "")
      .join("\n\n"),
  );

/** A piece of a message: a paragraph, or what stands for another block. Every chat can show these. */
export type Piece =
  | { kind: "text"; spans: readonly Span[] }
  | { kind: "item"; mark: string; depth: number; spans: readonly Span[] }
  | { kind: "quote"; spans: readonly Span[] }
  | { kind: "code"; text: string };

const plain = (text: string): Span[] => [{ text }];

/** Blocks as pieces, in order. What no chat has (charts, tables of facts) is shown as text. */
export const piecesOf = (blocks: readonly Block[], depth = 0): Piece[] =>
  blocks.flatMap((block): Piece[] => {
    switch (block.kind) {
      case "heading":
        return [{ kind: "text", spans: [{ text: block.text, bold: true }] }];
      case "rich":
        return [{ kind: "text", spans: block.spans }];
      case "button":
        return [{ kind: "text", spans: [{ text: block.label, url: block.url, bold: true }] }];
      case "code":
        return [{ kind: "code", text: block.text }];
      case "quote":
        return [{ kind: "quote", spans: plain(renderBlocks(block.blocks, ": ")) }];
      case "rule":
        return [{ kind: "text", spans: plain("———") }];
      case "points":
        return block.items.flatMap((item, i) => {
          const mark = block.start === null ? "•" : `${block.start + i}.`;
          const [first, ...others] = piecesOf(item, depth + 1);
          if (first === undefined) return [];
          const spans = first.kind === "code" ? plain(first.text) : first.spans;
          return [{ kind: "item" as const, mark, depth, spans }, ...others];
        });
      case "paragraph":
      case "list":
      case "facts":
      case "chart":
        return [{ kind: "text", spans: plain(renderBlocks([block], ": ")) }];
    }
  });

/** Keeps the first `most` UTF-16 units of the text. */
export function shortened(pieces: readonly Piece[], most: number): Piece[] {
  let left = most;
  const kept: Piece[] = [];
  for (const piece of pieces) {
    if (left <= 0) break;
    if (piece.kind === "code") {
      kept.push({ ...piece, text: cut(piece.text, left) });
      left -= piece.text.length;
      continue;
    }
    const spans: Span[] = [];
    for (const span of piece.spans) {
      if (left <= 0) break;
      spans.push({ ...span, text: cut(span.text, left) });
      left -= span.text.length;
    }
    kept.push({ ...piece, spans });
  }
  return kept;
}

/** Lengths that are tried, the longest first. */
const LENGTHS = [8_000, 4_000, 2_000, 1_000, 500] as const;

/** The longest form of a message that is no larger than a chat takes. @param sizeOf in the chat's own unit */
export function fitting<T>(
  pieces: readonly Piece[],
  make: (pieces: readonly Piece[]) => T,
  sizeOf: (made: T) => number,
  most: number,
): T {
  for (const length of LENGTHS) {
    const made = make(shortened(pieces, length));
    if (sizeOf(made) <= most) return made;
  }
  return make([]);
}

export const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;
