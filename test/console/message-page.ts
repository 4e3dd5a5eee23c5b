import { expect } from "vitest";
import { printId } from "../../src/lib/ids.ts";
import { type Browser, textOf } from "./browser.ts";

/** The page of a message. */
export const pathOf = (id: string) => `/console/messages/${printId("dsp", id)}`;

/** The text of the card with this title. */
export function cardOf(html: unknown, title: string): string {
  const [, card = ""] =
    new RegExp(`<section class="card"[^>]* aria-label="${title}">([\\s\\S]*?)</section>`, "u").exec(
      String(html),
    ) ?? [];
  return textOf(card);
}

/** Where the page's forms are posted to. */
export const formsOf = (html: unknown): string[] =>
  [...String(html).matchAll(/action="\/console\/messages\/dsp_[a-z0-9]+\/([a-z]+)"/gu)].map(
    ([, name]) => name ?? "",
  );

/** The page without what may be in it alone: frames of previews, which have no origin and no scripts. */
export function withoutFrames(html: unknown): string {
  return String(html).replaceAll(
    /<iframe class="preview" sandbox="allow-popups" src="\/console\/[^"]+"[^>]*><\/iframe>/gu,
    "",
  );
}

/** Posts a form, which leads to a page, and reads that page. */
export async function post(browser: Browser, path: string, fields: Record<string, string> = {}) {
  const { status, headers } = await browser.post(path, fields);
  expect(status).toBe(303);
  return browser.get(headers.get("location") ?? "");
}
