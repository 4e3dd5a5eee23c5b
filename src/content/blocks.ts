import type { Brand } from "./brand.ts";
import type { Direction } from "./clean.ts";
import type { Formatter } from "./format.ts";
import type { Wording } from "./wording/index.ts";

/** How alarming a badge looks. */
export type Tone = "danger" | "warning" | "calm";

export interface ListItem {
  title: string;
  /** Must have passed `safeUrl`. */
  url: string | null;
  details: readonly string[];
  badge: { text: string; tone: Tone } | null;
}

export interface Fact {
  label: string;
  value: string;
  /** Printed smaller, beside the value. */
  note?: string;
}

export interface Bar {
  label: string;
  value: number;
  /** The printed form of `value`. */
  text: string;
  /** Drawn fainter: the bar that the others are compared with. */
  faint?: boolean;
}

/** A piece of a line of text, with one look. */
export interface Span {
  text: string;
  bold?: true;
  italic?: true;
  code?: true;
  /** http(s) or mailto. */
  url?: string;
}

/** A part of a mail. The HTML and the text part are rendered from the same blocks, so that they always say the same. */
export type Block =
  | { kind: "heading"; text: string }
  /** May hold line breaks. `foreign`: text that a user or caller wrote; it may run in another direction than ours. */
  | { kind: "paragraph"; text: string; foreign?: true }
  | { kind: "list"; items: readonly ListItem[] }
  | { kind: "facts"; facts: readonly Fact[] }
  | { kind: "button"; label: string; url: string }
  | { kind: "chart"; title: string; bars: readonly Bar[] }
  /** A paragraph with links and emphasis. It may hold line breaks. */
  | { kind: "rich"; spans: readonly Span[] }
  /** A list with a point or a number before each item. `start`: the first number; null: points. */
  | { kind: "points"; start: number | null; items: readonly (readonly Block[])[] }
  | { kind: "quote"; blocks: readonly Block[] }
  | { kind: "code"; text: string }
  | { kind: "rule" };

/** What a template returns. */
export interface Message {
  subject: string;
  /** The text that mail clients show after the subject. */
  preheader: string;
  /** Empty: none. */
  title: string;
  /** Set when a user or caller wrote the title. */
  foreignTitle?: true;
  blocks: readonly Block[];
}

/** A whole mail, ready to be rendered as HTML and as text. */
export interface MailDocument extends Message {
  /** The language of the texts. */
  language: string;
  /** Stands between a label and its value in that language. */
  colon: string;
  /** The direction of that language. */
  textDirection: Direction;
  /** The direction in which the recipient reads. */
  direction: Direction;
  brand: Brand & { url: string | null };
  footer: { reason: string; links: readonly { label: string; url: string }[] };
}

/** What a template gets besides its content. */
export interface TemplateContext<W = unknown> {
  /** The type's own texts, in the language of `say`. */
  words: W;
  /** The texts that all mails share. */
  say: Wording;
  format: Formatter;
  /** The reader's locale, as Intl knows it. The text may be in another language. */
  locale: string;
  /** Epoch ms. */
  now: number;
  /** The recipient's greeting as a block. */
  greeting: Block;
  /** Isolates a value from outside, so that its direction does not disturb the sentence around it. */
  inline: (value: string) => string;
}

/** Turns the content of one type into a message. A pure function. */
export type Template<C, W> = (content: C, context: TemplateContext<W>) => Message;

export const paragraph = (text: string): Block => ({ kind: "paragraph", text });

/** A button; none without a URL. */
export const buttonTo = (url: string | null | undefined, label: string): Block[] =>
  url === null || url === undefined ? [] : [{ kind: "button", label, url }];

/** Blocks for a text of several paragraphs that a user or caller wrote. */
export const paragraphs = (text: string): Block[] =>
  text
    .split(/\n\s*\n/u)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part): Block => ({ kind: "paragraph", text: part, foreign: true }));
