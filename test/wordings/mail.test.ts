import { expect, test } from "vitest";
import { TIDINGS } from "../../src/content/brand.ts";
import { renderEmail } from "../../src/content/index.ts";
import { MIN_CONTRAST, contrastOf, forDarkGround, THEME } from "../../src/content/theme.ts";
import { contrast } from "../../src/content/contrast.ts";
import { ownWords } from "../../src/wordings/rendering.ts";
import { blocksOf } from "../../src/wordings/markdown.ts";
import { parseWording } from "../../src/wordings/parse.ts";
import type { Variables } from "../../src/wordings/variables.ts";
import { typeNamed } from "../support/content.ts";

const NOW = Date.UTC(2026, 2, 20, 8);
const variables: Variables = {
  data: { title: "<b>Grant</b>" },
  user: { id: "u1", name: "Ada", locale: "en" },
  actor: null,
  org: null,
  brand: { name: "Acme" },
  event: null,
  count: 1,
  items: [],
  now: NOW,
};
const reader = { name: "Ada", locale: "en", timezone: "UTC" };
const links = { unsubscribe: "https://t.test/unsubscribe/x", home: "https://t.test" };
const said = (body: string) => {
  const type = typeNamed("welcome");
  const parsed = parseWording("email", "en", { subject: "Hi {{ user.name }}", body });
  return { type, content: type.sample(NOW), ownWords: ownWords(parsed, variables) };
};

test("an e-mail has the customer's words, the brand and no greeting of ours", () => {
  const brand = {
    name: "Acme",
    logoUrl: "https://acme.example/l.png",
    colour: "#7a1fa2",
    postalFooter: "Street 1\nOslo",
  };
  const mail = renderEmail(
    said("# {{ data.title }}\n\nText\n\n[Open](https://acme.example){button}"),
    reader,
    links,
    NOW,
    brand,
  );
  expect(mail.subject).toBe("Hi Ada");
  expect(mail.html).toContain("&lt;b&gt;Grant&lt;/b&gt;</h1>");
  expect(mail.html).toContain('<img src="https://acme.example/l.png" alt="Acme"');
  expect(mail.html).toContain("background-color:#7a1fa2");
  expect(mail.html).toContain("Street 1<br>Oslo");
  expect(mail.html).not.toContain(THEME.button.light.background);
  expect(mail.text).toContain("Open: https://acme.example/");
  expect(mail.text).toContain("Street 1\nOslo");
  expect(mail.text).not.toContain("Hello Ada");
});

test("without a brand, a mail is ours", () => {
  expect(renderEmail(said("x"), reader, links, NOW)).toEqual(
    renderEmail(said("x"), reader, links, NOW, TIDINGS),
  );
});

test("a colour that is dark enough for light ground gets a variant for dark ground", () => {
  for (const colour of ["#000000", "#7a1fa2", "#0b5cad", "#8b0000", "#1b5e20"]) {
    expect(contrastOf(colour)).toBeGreaterThanOrEqual(MIN_CONTRAST);
    for (const ground of [THEME.card.dark.background, THEME.page.dark.background])
      expect(contrast(forDarkGround(colour), ground)).toBeGreaterThanOrEqual(MIN_CONTRAST);
  }
});

test("what a right-to-left language says runs from right to left", () => {
  const type = typeNamed("welcome");
  const parsed = parseWording("email", "ar", { subject: "مرحبا", body: "# مرحبا\n\nنص {{ user.name }}" });
  const mail = renderEmail(
    { type, content: type.sample(NOW), ownWords: ownWords(parsed, variables) },
    reader,
    links,
    NOW,
  );
  expect(mail.html).toContain('<html lang="ar" dir="rtl">');
});

test.each([
  ["quotes", ">".repeat(20_000)],
  ["lists", "- ".repeat(10_000)],
  ["brackets", "[".repeat(20_000)],
  ["links", "[a](".repeat(5_000)],
  ["images", "![".repeat(10_000)],
  ["backticks", Array.from({ length: 190 }, (_, i) => "`".repeat(i)).join(" ")],
  ["tags", "<a ".repeat(6_600)],
])("hostile Markdown ends in blocks: %s", (_, body) => {
  expect(blocksOf(body).length).toBeGreaterThan(0);
});
