import { expect } from "vitest";
import type { Answer } from "../support/harness.ts";
import { textOf } from "./browser.ts";
import { expectInert } from "./inert.ts";

/** What somebody writes who hopes that a page takes it for its own: it breaks out of attributes, texts and text areas. */
export const PROBE = `x"'></textarea></pre></title><img src=x onerror=alert(1)><script>alert(2)</script>`;

/** The page shows the probe as a text or as the value of a field, and has nothing in it that runs. */
export async function expectAsText({ body }: Pick<Answer, "body">): Promise<void> {
  await expectInert(body);
  const values = String(body).replaceAll(/value="([^"]*)"/gu, ">$1<");
  expect(textOf(values)).toContain("<script>alert(2)</script>");
}

/** The size of a page before it is compressed. */
export const bytesOf = ({ body }: Pick<Answer, "body">): number =>
  new TextEncoder().encode(String(body)).length;
