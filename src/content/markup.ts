import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** HTML in which everything is escaped that must be. `markup` returns it, and does not escape it again. */
export type Markup = HtmlEscapedString;
type Value = string | number | null | Markup | readonly Markup[];

/** Tagged template: strings are escaped, markup is taken as it is. It is Hono's `html`, but takes no promises. */
export function markup(strings: TemplateStringsArray, ...values: Value[]): Markup {
  const made = html(strings, ...values);
  if (made instanceof Promise) throw new TypeError("markup takes no promises");
  return made;
}

/** Markup that is written in the code; never text from outside. */
export const trusted = (own: string): Markup => raw(own);

/** Text whose line breaks are kept. */
export const lines = (text: string): Markup[] =>
  text.split("\n").map((line, index) => (index === 0 ? markup`${line}` : markup`<br>${line}`));
