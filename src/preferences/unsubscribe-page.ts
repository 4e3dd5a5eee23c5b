import type { Choices } from "./decide.ts";
import { renderMatrixForm } from "./matrix-form.ts";
import { safeUrl } from "../lib/web-url.ts";
import { type Direction, cleanLine } from "../content/clean.ts";
import { directionOf, resolveLocale } from "../content/locale.ts";
import { type Markup, markup, trusted } from "../content/markup.ts";
import { BRAND, THEME } from "../content/theme.ts";
import type { NotificationType } from "../content/type.ts";
import { sharedWording, type Wording, wordingFor, wordsIn } from "../content/wording/index.ts";

/** The values of the field `action` in the page's forms. */
export const UNSUBSCRIBE_ACTIONS = [
  "unsubscribe",
  "unsubscribe_all",
  "resubscribe",
  "resubscribe_all",
  "save",
] as const;
export type UnsubscribeAction = (typeof UNSUBSCRIBE_ACTIONS)[number];

/**
 * `ask`: for a GET while the type is on. `off`, `all_off`: after a POST that turned off the type or all e-mail, and for a
 * GET while it is off. `on`: after a POST that turned it on again. `saved`: after one of the matrix. `invalid`: for a token
 * that we did not sign.
 */
export const UNSUBSCRIBE_PAGES = ["ask", "off", "all_off", "on", "saved", "invalid"] as const;
type TokenPage = Exclude<(typeof UNSUBSCRIBE_PAGES)[number], "invalid">;

export type UnsubscribePage =
  | { page: "invalid" }
  /** `address` is shown masked: the link may have been forwarded. */
  | {
      page: TokenPage;
      type: Pick<NotificationType, "words">;
      address: string | null;
      /** The rows of the matrix; left out: the page has none. */
      categories?: Choices;
    };

export interface PageReader {
  /** The user's locale; null for an invalid link. */
  locale: string | null;
  /** Where the product's name leads. */
  home: string;
}

const FORMS = {
  ask: ["unsubscribe", "unsubscribe_all"],
  off: ["resubscribe", "unsubscribe_all"],
  all_off: ["resubscribe_all"],
  on: ["unsubscribe", "unsubscribe_all"],
  saved: [],
} as const satisfies Record<TokenPage, readonly UnsubscribeAction[]>;

const { page, card, text, muted, link, button } = THEME;
const STYLE = [
  `:root{color-scheme:light dark}`,
  `body{margin:0;padding:3rem 1rem;font:1rem/1.5 system-ui,sans-serif;color:${text.light.color};background:${page.light.background}}`,
  `main{max-width:32rem;margin:auto;padding:1.75rem;border:1px solid ${card.light.border};border-radius:10px;background:${card.light.background};overflow-wrap:anywhere}`,
  `[dir=rtl] h1,[dir=rtl] p{text-align:right}h1{font-size:1.4rem;line-height:1.3;margin:.5rem 0 1rem}`,
  `h2{font-size:1.15rem;line-height:1.3;margin:2rem 0 .5rem}table{width:100%;border-collapse:collapse;margin:0 0 1rem}th,td{padding:.45rem .25rem;border-bottom:1px solid ${card.light.border};text-align:center}th[scope=row]{font-weight:400;text-align:start}th[scope=col]{font-size:.85rem}td input{width:1.25rem;height:1.25rem}`,
  `.brand{font-weight:700;text-decoration:none}a{color:${link.light.color}}`,
  `.muted{color:${muted.light.color}}form{margin:.75rem 0 0}`,
  `button{font:inherit;width:100%;padding:.7rem 1rem;border-radius:6px;cursor:pointer;border:1px solid ${link.light.color};color:${link.light.color};background:transparent}`,
  `form:first-of-type button{font-weight:600;color:${button.light.color};background:${button.light.background}}`,
  `:focus-visible{outline:3px solid ${link.light.color};outline-offset:2px}`,
  `@media (prefers-color-scheme:dark){body{color:${text.dark.color};background:${page.dark.background}}main{background:${card.dark.background};border-color:${card.dark.border}}th,td{border-color:${card.dark.border}}`,
  `a{color:${link.dark.color}}.muted{color:${muted.dark.color}}button{color:${link.dark.color};border-color:${link.dark.color}}`,
  `form:first-of-type button{color:${button.dark.color};background:${button.dark.background};border-color:${button.dark.background}}:focus-visible{outline-color:${link.dark.color}}}`,
].join("");

/** Hash of the page's style sheet. If you change the style sheet, a test fails and prints the new hash. */
const STYLE_HASH = "sha256-sZyS0UVlka+chDz+K0ZC03y1Q2ZiNeuIBeAutG2I4+8=";

/** The page's headers: no script, nothing from elsewhere, and no Referer, which would reveal the token in the URL. */
export const UNSUBSCRIBE_PAGE_HEADERS = {
  "Content-Type": "text/html; charset=UTF-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src '${STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex, nofollow",
} as const satisfies Record<string, string>;

/**
 * The action of a POST. A mail client's one-click POST (RFC 8058) has no `action` and unsubscribes from the type. Null for
 * an unknown action.
 */
export function unsubscribeAction(form: { get(name: string): unknown }): UnsubscribeAction | null {
  const asked = form.get("action") ?? "unsubscribe";
  return UNSUBSCRIBE_ACTIONS.find((action) => action === asked) ?? null;
}

/** "ada@example.org" → "a•••@example.org"; null if it is not an address. */
function masked(address: string | null): string | null {
  const [, first, domain] = /^(.).*@([^@]+)$/u.exec(cleanLine(address ?? "")) ?? [];
  return first === undefined || domain === undefined ? null : `${first}•••@${domain}`;
}

const form = (action: UnsubscribeAction, label: string): Markup =>
  markup`<form method="post"><input type="hidden" name="action" value="${action}"><button type="submit">${label}</button></form>\n`;

function content(shown: UnsubscribePage, wording: Wording, own: Direction) {
  const { unsubscribe: say, language } = wording;
  if (shown.page === "invalid")
    return { title: say.invalid.title, text: say.invalid.text, address: null, forms: [], matrix: null };
  const type = wordsIn(shown.type.words, language).name;
  const address = masked(shown.address);
  const title = shown.page === "ask" ? say.ask.title(type) : say[shown.page].title;
  return {
    title,
    text: say[shown.page].text(type),
    address: address === null ? null : markup`<p class="muted" dir="${own}">${say.address(address)}</p>\n`,
    matrix: shown.categories === undefined ? null : renderMatrixForm(shown.categories, wording, own),
    forms: FORMS[shown.page].map((action) => form(action, say.buttons[action](type))),
  };
}

/** The page of `/unsubscribe/{token}`: a pure function. Its forms POST to the page's own URL. */
export function renderUnsubscribePage(shown: UnsubscribePage, reader: PageReader): string {
  const locale = resolveLocale(reader.locale);
  const say = shown.page === "invalid" ? sharedWording(locale) : wordingFor(locale, shown.type.words);
  const own = directionOf(say.language);
  const { title, text: body, address, forms, matrix } = content(shown, say, own);
  const home = safeUrl(reader.home);
  const brand =
    home === null
      ? markup`<span class="brand">${BRAND}</span>`
      : markup`<a class="brand" href="${home}">${BRAND}</a>`;
  return markup`<!doctype html>
<html lang="${say.language}" dir="${directionOf(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<title>${title} – ${BRAND}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${brand}
<h1 dir="${own}">${title}</h1>
<p dir="${own}">${body}</p>
${address}${forms}${matrix}</main>
</body>
</html>
`.toString();
}
