import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** HTML that is escaped where it must be: what `markup` makes, and what it takes in unescaped. */
export type Markup = HtmlEscapedString;
type Value = string | number | null | Markup | readonly Markup[];

/** Tagged template: strings are escaped, markup is taken as it is. hono's `html`, without its asynchronous half. */
export function markup(strings: TemplateStringsArray, ...values: Value[]): Markup {
  const made = html(strings, ...values);
  if (made instanceof Promise) throw new TypeError("markup takes no promises");
  return made;
}

/** Text of our own (never from outside) that is markup already. */
export const trusted = (own: string): Markup => raw(own);

/** Text whose line breaks are meant. */
export const lines = (text: string): Markup[] =>
  text.split("\n").map((line, index) => (index === 0 ? markup`${line}` : markup`<br>${line}`));
