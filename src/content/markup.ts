import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** HTML that is safe: all values in it are escaped. `markup` returns it, and does not escape it again. */
export type Markup = HtmlEscapedString;
type Value = string | number | null | Markup | readonly Markup[];

/** A tagged template that escapes strings and keeps markup as it is. Like Hono's `html`, but without promises. */
export function markup(strings: TemplateStringsArray, ...values: Value[]): Markup {
  const made = html(strings, ...values);
  if (made instanceof Promise) throw new TypeError("markup takes no promises");
  return made;
}

/** Marks HTML from our own code as safe. Never use it for text from outside. */
export const trusted = (own: string): Markup => raw(own);

/** Escapes text and keeps its line breaks. */
export const lines = (text: string): Markup[] =>
  text.split("\n").map((line, index) => (index === 0 ? markup`${line}` : markup`<br>${line}`));
