import type { MailDocument } from "./blocks.ts";
import { type Sides, font, lookOf, renderBlock } from "./html-blocks.ts";
import { type Markup, lines, markup, trusted } from "./markup.ts";
import { cached } from "../lib/cached.ts";
import { darkCss, themeOf } from "./theme.ts";

const WIDTH = 600;
/** Invisible text after the preheader. Without it, clients fill the preview with the mail's first words. */
const PREHEADER_PADDING = trusted("&#847;&zwnj;&nbsp;".repeat(60));
const styleOf = cached(64, (colour: string | null) =>
  trusted(
    `<style>:root{color-scheme:light dark;supported-color-schemes:light dark}` +
      `@media (max-width:480px){.m-page{padding:12px 8px!important}.m-card{padding:20px 16px 4px!important}.m-side{padding-left:17px!important;padding-right:17px!important}}${darkCss(themeOf(colour))}</style>`,
  ),
);
// A table of fixed width for Outlook only: its engine (Word's) ignores max-width.
const GHOST_START = trusted(
  `<!--[if mso]><table role="presentation" align="center" width="${WIDTH}" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`,
);
const GHOST_END = trusted("<!--[if mso]></td></tr></table><![endif]-->");

function footer(mail: MailDocument, sides: Sides): Markup {
  const { postalFooter } = mail.brand;
  const postal =
    postalFooter === null
      ? null
      : markup`<div dir="auto" style="padding-top:12px;text-align:${sides.start}">${lines(postalFooter)}</div>`;
  const links = mail.footer.links.map(
    ({ label, url }) =>
      markup`<div dir="${sides.own}" style="padding-top:4px;text-align:${sides.start}"><a href="${url}" ${sides.look("muted", "text-decoration:underline")}>${label}</a></div>`,
  );
  return markup`<tr><td align="${sides.start}" ${sides.look("muted", `${font.small};padding:16px 25px 0;text-align:${sides.start}`, "m-side")}><div dir="${sides.own}" style="text-align:${sides.start}">${mail.footer.reason}</div>${links}${postal}</td></tr>`;
}

function brand({ brand: { name, url, logoUrl } }: MailDocument, sides: Sides): Markup {
  const sign =
    logoUrl === null
      ? markup`${name}`
      : markup`<img src="${logoUrl}" alt="${name}" height="32" style="display:block;height:32px;max-width:240px;border:0">`;
  const shown =
    url === null ? sign : markup`<a href="${url}" ${sides.look("link", "text-decoration:none")}>${sign}</a>`;
  return markup`<tr><td align="${sides.start}" ${sides.look("link", `${font.family};font-size:18px;line-height:24px;font-weight:700;padding:0 25px 12px;text-align:${sides.start}`, "m-side")}>${shown}</td></tr>`;
}

const title = (mail: MailDocument, sides: Sides): Markup | null =>
  mail.title === ""
    ? null
    : markup`<h1 dir="${mail.foreignTitle === true ? "auto" : sides.own}" ${sides.look("text", `${font.family};font-size:22px;line-height:30px;margin:0 0 16px;text-align:${sides.start};overflow-wrap:anywhere`)}>${mail.title}</h1>`;

/** Renders the HTML part: one column of nested tables with inline styles. It loads nothing from the web but a brand's logo. */
export function renderHtml(mail: MailDocument): string {
  const look = lookOf(themeOf(mail.brand.colour));
  const sides: Sides =
    mail.direction === "rtl"
      ? { start: "right", end: "left", own: mail.textDirection, look }
      : { start: "left", end: "right", own: mail.textDirection, look };
  const table = trusted('role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"');
  return markup`<!doctype html>
<html lang="${mail.language}" dir="${mail.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${mail.subject}</title>
${styleOf(mail.brand.colour)}
</head>
<body ${sides.look("page", "margin:0;padding:0;width:100%;-webkit-text-size-adjust:100%")}>
<div role="article" aria-roledescription="email" aria-label="${mail.subject}" lang="${mail.language}" dir="${mail.direction}">
<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all" aria-hidden="true">${mail.preheader}${PREHEADER_PADDING}</div>
<table ${table} ${sides.look("page", "width:100%")}><tr><td align="center" class="m-page" style="padding:24px 12px">
${GHOST_START}
<table ${table} style="width:100%;max-width:${WIDTH}px;margin:0 auto">
${brand(mail, sides)}
<tr><td ${sides.look("card", "border:1px solid;border-radius:10px")}>
<table ${table}><tr><td class="m-card" style="padding:28px 24px 12px">
${title(mail, sides)}
<table ${table} style="width:100%">
${mail.blocks.map((block) => markup`${renderBlock(block, sides)}\n`)}</table>
</td></tr></table>
</td></tr>
${footer(mail, sides)}
</table>
${GHOST_END}
</td></tr></table>
</div>
</body>
</html>
`.toString();
}
