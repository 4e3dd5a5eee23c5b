import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EMAIL_TYPES, type EmailRecipient, renderEmail, sampleContent } from "../content/index.ts";
import { markup, trusted } from "../content/markup.ts";
import { UNSUBSCRIBE_PAGES, renderUnsubscribePage } from "../preferences/unsubscribe-page.ts";

// Writes every e-mail and every unsubscribe page to a folder, for a look in the browser:
//   node src/cli/mail-preview.ts [folder]

const folder = process.argv[2] ?? join("dist", "mail-preview");
const now = Date.now();
const UNSUBSCRIBE = "https://tidings.example.org/unsubscribe/sample";
const TRANSACTIONAL: readonly string[] = ["test", "welcome"];
const links = {
  preferences: "https://app.example.org/preferences",
  home: "https://app.example.org",
};
const readers: Record<string, EmailRecipient> = {
  en: { name: "Ada Lovelace", locale: "en-GB", timezone: "Europe/London" },
  ar: { name: "فاطمة الفهرية", locale: "ar-EG", timezone: "Africa/Cairo" },
};

mkdirSync(folder, { recursive: true });
const write = (name: string, content: string) => writeFileSync(join(folder, name), content);

const mails = Object.entries(readers).flatMap(([reader, recipient]) =>
  EMAIL_TYPES.map((type) => {
    const mail = renderEmail(
      sampleContent(type, now),
      recipient,
      { ...links, unsubscribe: TRANSACTIONAL.includes(type) ? null : UNSUBSCRIBE },
      now,
    );
    const name = reader === "en" ? type : `${type}.${reader}`;
    write(`${name}.html`, mail.html);
    write(`${name}.txt`, mail.text);
    return markup`<tr><td><a href="${name}.html">${name}</a></td><td><a href="${name}.txt">text</a></td><td>${mail.subject}</td></tr>`;
  }),
);
const pages = UNSUBSCRIBE_PAGES.map((page) => {
  const name = `unsubscribe-${page}.html`;
  write(
    name,
    renderUnsubscribePage(
      page === "invalid" ? { page } : { page, type: "new_match", address: "ada@example.org" },
      { locale: "en", home: links.home },
    ),
  );
  return markup`<tr><td><a href="${name}">unsubscribe: ${page}</a></td><td></td><td></td></tr>`;
});

const style = trusted(
  "<style>body{font-family:sans-serif;margin:2rem}td{padding:.25rem 1rem .25rem 0}</style>",
);
write(
  "index.html",
  markup`<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail preview</title>${style}<h1>Mail preview</h1><table>${mails}${pages}</table></html>`.toString(),
);
console.log(`${mails.length} mails and ${pages.length} pages: ${join(folder, "index.html")}`);
