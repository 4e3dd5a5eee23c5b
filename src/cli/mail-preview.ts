import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markup, trusted } from "../content/markup.ts";
import { previews } from "../content/preview.ts";
import { newMatch } from "../notifications/new-match/type.ts";
import { builtInTypes } from "../notifications/registry.ts";
import { UNSUBSCRIBE_PAGES, renderUnsubscribePage } from "../preferences/unsubscribe-page.ts";

// Writes every e-mail and every unsubscribe page to a folder, to be opened in a browser:
//   node src/cli/mail-preview.ts [folder]

const folder = process.argv[2] ?? join("dist", "mail-preview");

mkdirSync(folder, { recursive: true });
const write = (name: string, content: string) => writeFileSync(join(folder, name), content);

const mails = previews(builtInTypes.all, Date.now()).map(({ name, subject, html, text }) => {
  write(`${name}.html`, html);
  write(`${name}.txt`, text);
  return markup`<tr><td><a href="${name}.html">${name}</a></td><td><a href="${name}.txt">text</a></td><td>${subject}</td></tr>`;
});
const LOCALES = ["en", "nb", "de", "fr", "es"];
const pages = LOCALES.flatMap((locale) => UNSUBSCRIBE_PAGES.map((page) => [page, locale] as const)).map(
  ([page, locale]) => {
    const title = locale === "en" ? page : `${page}.${locale}`;
    const name = `unsubscribe-${title}.html`;
    write(
      name,
      renderUnsubscribePage(
        page === "invalid" ? { page } : { page, type: newMatch, address: "ada@example.org" },
        { locale, home: "https://app.example.org" },
      ),
    );
    return markup`<tr><td><a href="${name}">unsubscribe: ${title}</a></td><td></td><td></td></tr>`;
  },
);

const style = trusted(
  "<style>body{font-family:sans-serif;margin:2rem}td{padding:.25rem 1rem .25rem 0}</style>",
);
write(
  "index.html",
  markup`<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail preview</title>${style}<h1>Mail preview</h1><table>${mails}${pages}</table></html>`.toString(),
);
console.log(`${mails.length} mails and ${pages.length} pages: ${join(folder, "index.html")}`);
