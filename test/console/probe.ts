import { expect } from "vitest";
import type { Answer } from "../support/harness.ts";
import { textOf } from "./browser.ts";

/** What somebody writes who hopes that a page takes it for its own: it breaks out of attributes, texts and text areas. */
export const PROBE = `x"'></textarea></pre><img src=x onerror=alert(1)><script>alert(2)</script>`;

/** The page shows the probe as a text (or as the value of a field), and has nothing in it that runs. */
export function expectAsText({ body }: Pick<Answer, "body">): void {
  const html = String(body);
  expect(html).not.toContain("<img");
  expect(html).not.toMatch(/<script(?![^>]+src="\/console\/assets\/)/u);
  // What stands between the quotes of an attribute is no attribute.
  expect(html.replaceAll(/"[^"]*"/gu, '""')).not.toMatch(/<[^>]*\sonerror=/u);
  expect(textOf(html.replaceAll(/value="([^"]*)"/gu, ">$1<"))).toContain("<script>alert(2)</script>");
}

/** The size of a page before it is compressed. */
export const bytesOf = ({ body }: Pick<Answer, "body">): number =>
  new TextEncoder().encode(String(body)).length;
