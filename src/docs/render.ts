import { Lexer, Marked, type Token, type Tokens } from "marked";
import { type Guide, plain, textFor } from "./guides.ts";
import { escapeHtml, highlighted } from "./highlight.ts";
import { anchorOf } from "./sections.ts";

/** What the kinds of samples are called. What is not here is shown without a name. */
const LANGUAGES: Readonly<Record<string, string>> = {
  sh: "curl",
  ts: "TypeScript",
  js: "JavaScript",
  html: "HTML",
  toml: "wrangler.toml",
  json: "JSON",
  text: "Answer",
};

const COPY = `<button class="button quiet small" type="button" data-copy-sample>Copy</button>`;

const languageOf = ({ lang = "" }: Tokens.Code): string => lang.split(" ")[0] ?? "";

const nameOf = (code: Tokens.Code): string => {
  const language = languageOf(code);
  return language === "sh" && !code.text.includes("curl") ? "Terminal" : (LANGUAGES[language] ?? "");
};

const body = (code: Tokens.Code): string =>
  `<pre tabindex="0" data-language="${languageOf(code)}"><code>${languageOf(code) === "text" ? escapeHtml(code.text) : highlighted(code.text)}</code></pre>`;

/** One sample. */
const sample = (code: Tokens.Code): string =>
  `<div class="sample${languageOf(code) === "text" ? " answer" : ""}"><div class="sample-bar"><span>${nameOf(code)}</span>${COPY}</div>${body(code)}</div>`;

/** The same in two languages, of which the reader sees one. @param at unique on its page */
function choice(codes: readonly Tokens.Code[], at: number): string {
  const choices = codes.map(
    (code, index) =>
      `<label><input type="radio" name="sample-${at}" value="${languageOf(code)}"${index === 0 ? " checked" : ""}>${nameOf(code)}</label>`,
  );
  return `<div class="sample choice"><div class="sample-bar"><div role="radiogroup" aria-label="Language">${choices.join("")}</div>${COPY}</div>${codes.map(body).join("")}</div>`;
}

const marked = new Marked({
  renderer: {
    code: sample,
    heading({ tokens, depth, text }) {
      const anchor = anchorOf(text);
      const link = `<a class="anchor" href="#${anchor}" aria-label="Link to: ${escapeHtml(plain(text))}">#</a>`;
      return `<h${depth} id="${anchor}">${this.parser.parseInline(tokens)} ${link}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const address = href.replace(/^([a-z-]+)\.md(?=#|$)/u, "/docs/$1");
      return `<a href="${escapeHtml(address)}">${this.parser.parseInline(tokens)}</a>`;
    },
    table({ header, rows }) {
      const cell = (name: string, of: Tokens.TableCell) =>
        `<${name}>${this.parser.parseInline(of.tokens)}</${name.split(" ")[0]}>`;
      const head = header.map((one) => cell(`th scope="col"`, one)).join("");
      const lines = rows.map((row) => `<tr>${row.map((one) => cell("td", one)).join("")}</tr>`);
      return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${lines.join("")}</tbody></table></div>\n`;
    },
  },
});

const isCode = (token: Token | undefined): token is Tokens.Code => token?.type === "code";

/** Whether one sample is the same as the one before it, in TypeScript. */
const isPair = (first: Token | undefined, second: Token | undefined): boolean =>
  isCode(first) && isCode(second) && languageOf(first) === "sh" && languageOf(second) === "ts";

/** The HTML of a guide without its title. @param base the service's address */
export function renderGuide(guide: Guide, base: string): string {
  const tokens = new Lexer()
    .lex(textFor(guide, base))
    .filter((token) => token.type !== "space" && !(token.type === "heading" && token["depth"] === 1));
  let html = "";
  for (let at = 0; at < tokens.length; at++) {
    const [token, next] = tokens.slice(at, at + 2);
    if (isCode(token) && isCode(next) && isPair(token, next)) {
      html += choice([token, next], at);
      at++;
    } else if (token !== undefined) html += marked.parser([token]);
  }
  return html;
}
