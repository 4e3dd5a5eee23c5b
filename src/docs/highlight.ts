/** What a piece of code is; the rest has no colour. */
type Kind = "comment" | "string" | "word";

const KEYWORDS =
  "await|async|break|case|catch|class|const|do|done|else|export|false|fi|for|from|function|if|import|in|let|new|null|of|return|then|throw|true|try|type|while";

/** One pattern for shell, TypeScript, JSON and TOML: a comment, a text in quotes, or a keyword. */
const CODE = new RegExp(
  [
    String.raw`(?<comment>(?<=^|\s)(?:#|//)\s.*$)`,
    String.raw`(?<string>"(?:[^"\\\n]|\\.)*"|'[^']*'|${"`"}[^${"`"}]*${"`"})`,
    String.raw`(?<word>(?<![\w.$-])(?:${KEYWORDS})(?![\w-]))`,
  ].join("|"),
  "gmu",
);

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"]/gu, (mark) => ENTITIES[mark] ?? mark);

const kindOf = (groups: Readonly<Record<string, string | undefined>>): Kind =>
  groups["comment"] === undefined ? (groups["string"] === undefined ? "word" : "string") : "comment";

/** Code as HTML, with a class for each comment, string and keyword. */
export function highlighted(code: string): string {
  let html = "";
  let end = 0;
  for (const found of code.matchAll(CODE)) {
    html += escapeHtml(code.slice(end, found.index));
    html += `<span class="code-${kindOf(found.groups ?? {})}">${escapeHtml(found[0])}</span>`;
    end = found.index + found[0].length;
  }
  return html + escapeHtml(code.slice(end));
}
