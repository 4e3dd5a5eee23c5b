import { Lexer } from "marked";
import { type Guide, plain } from "./guides.ts";

/** A part of a guide below a heading; the first part is below the title, and has no anchor. */
export interface Section {
  guide: Guide;
  heading: string;
  anchor: string | null;
  /** 1 for the title, 2 and 3 for headings below it. */
  depth: number;
  /** What it says, samples included, in plain text. */
  text: string;
}

/** The anchor of a heading: `Who gets one?` → `who-gets-one`. */
export const anchorOf = (heading: string): string =>
  plain(heading)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-|-$/gu, "");

/** Table lines and fences are marks, too. */
const spoken = (raw: string): string =>
  plain(
    raw
      .replaceAll(/^```.*$/gmu, "")
      .replaceAll(/^\|[ :|-]+\|$/gmu, "")
      .replaceAll("|", " "),
  )
    .replaceAll(/\s+/gu, " ")
    .trim();

/** The sections of a guide, in their order. */
export function sectionsOf(guide: Guide): Section[] {
  const sections: Section[] = [];
  for (const token of new Lexer().lex(guide.markdown)) {
    const last = sections.at(-1);
    if (token.type === "heading")
      sections.push({
        guide,
        heading: plain(String(token["text"])),
        anchor: token["depth"] === 1 ? null : anchorOf(String(token["text"])),
        depth: Number(token["depth"]),
        text: "",
      });
    else if (last !== undefined) last.text = `${last.text} ${spoken(token.raw)}`.trim();
  }
  return sections;
}
