import type { Direction } from "./clean.ts";
import type { Formatter } from "./format.ts";
import type { Wording } from "./wording/index.ts";

/** How alarming a badge looks. */
export type Tone = "danger" | "warning" | "calm";

export interface ListItem {
  title: string;
  /** Already through `safeUrl`. */
  url: string | null;
  details: readonly string[];
  badge: { text: string; tone: Tone } | null;
}

export interface Fact {
  label: string;
  value: string;
  /** Smaller, beside the value. */
  note?: string;
}

export interface Bar {
  label: string;
  value: number;
  /** `value` as it is printed. */
  text: string;
  /** Drawn fainter: what the others are compared with. */
  faint?: boolean;
}

/** What a mail is made of. The HTML and the text part are both rendered from these, so they cannot drift apart. */
export type Block =
  | { kind: "heading"; text: string }
  /** May hold line breaks. `foreign`: someone else's words, which run in their own direction. */
  | { kind: "paragraph"; text: string; foreign?: true }
  | { kind: "list"; items: readonly ListItem[] }
  | { kind: "facts"; facts: readonly Fact[] }
  | { kind: "button"; label: string; url: string }
  | { kind: "chart"; title: string; bars: readonly Bar[] };

/** What a template makes of its content. */
export interface Message {
  subject: string;
  /** What inboxes show after the subject. */
  preheader: string;
  title: string;
  /** The title is someone else's words. */
  foreignTitle?: true;
  blocks: readonly Block[];
}

/** A whole mail, ready to be rendered as HTML and as text. */
export interface MailDocument extends Message {
  /** The language of the texts. */
  language: string;
  /** Of that language. */
  textDirection: Direction;
  /** Which way the recipient reads. */
  direction: Direction;
  brand: { name: string; url: string | null };
  footer: { reason: string; links: readonly { label: string; url: string }[] };
}

/** What a template may know beside its content. */
export interface TemplateContext<W = unknown> {
  /** The type's own texts, in the language of `say`. */
  words: W;
  /** The texts that all mails share. */
  say: Wording;
  format: Formatter;
  /** The reader's, as Intl knows it; the text may be in another language. */
  locale: string;
  /** Epoch ms. */
  now: number;
  /** The recipient's greeting as a block. */
  greeting: Block;
  /** Makes a value from outside fit to stand inside a sentence. */
  inline: (value: string) => string;
}

/** Content of one type → message: a pure function. */
export type Template<C, W> = (content: C, context: TemplateContext<W>) => Message;

export const paragraph = (text: string): Block => ({ kind: "paragraph", text });

/** A button where there is somewhere to go. */
export const buttonTo = (url: string | null | undefined, label: string): Block[] =>
  url === null || url === undefined ? [] : [{ kind: "button", label, url }];

/** Someone else's text of several paragraphs, as blocks. */
export const paragraphs = (text: string): Block[] =>
  text
    .split(/\n\s*\n/u)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part): Block => ({ kind: "paragraph", text: part, foreign: true }));
