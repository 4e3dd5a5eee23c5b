import { type Template, buttonTo, paragraphs } from "../../content/blocks.ts";
import type { PushedText } from "./payload.ts";
import type { en } from "./words.en.ts";

/** A push that no device took: its own words and nothing else. */
export const email: Template<PushedText, typeof en.email> = (content, { words }) => ({
  subject: content.title,
  preheader: content.body,
  title: content.title,
  foreignTitle: true,
  blocks: [...paragraphs(content.body), ...buttonTo(content.url, words.button)],
});
