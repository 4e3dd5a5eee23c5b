import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SUBJECT_MAX, customSubject, renderEmail } from "../../src/content/index.ts";
import { builtInTypes } from "../../src/notifications/registry.ts";
import { type EmailContent, renderContent, typeNamed } from "../support/content.ts";
import { ATTACKS, DAY, NOW, anyContent, anyLinks, anyRecipient, facts, visible } from "./arbitraries.ts";

const anyMail = fc
  .tuple(anyContent, anyRecipient, anyLinks)
  .map(([content, recipient, links]) => renderContent(content, recipient, links, NOW));
const RUNS = { numRuns: 100 };
const ELEMENTS = new Set("html head meta title style body div table tr td h1 h2 a br span".split(" "));
const ATTRIBUTES = new Set(
  "lang dir charset name content class style role align valign width cellpadding cellspacing border href colspan aria-label aria-roledescription aria-hidden".split(
    " ",
  ),
);
const PLAIN = { name: "Ada", locale: "en", timezone: "UTC" };
const LINKS = { unsubscribe: "https://t.test/u/x", home: "https://t.test" };

const shape = (page: string) => page.match(/<\/?[a-z0-9]+/gu);
const linesFor = (greeted: string) =>
  renderContent({ type: "test" }, { ...PLAIN, name: greeted }, LINKS, NOW).text.split("\n").length;
const many = <T>(item: T) => Array.from({ length: 500 }, () => item);
const render = (input: EmailContent) => renderContent(input, PLAIN, LINKS, NOW);

describe("whatever a payload holds", { timeout: 30_000 }, () => {
  test("the subject is one clean line of 1 to 200 characters", () => {
    fc.assert(
      fc.property(anyMail, ({ subject }) => {
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
        expect(subject.isWellFormed()).toBe(true);
        expect(subject.length).toBeGreaterThan(0);
        expect(subject.length).toBeLessThanOrEqual(SUBJECT_MAX);
      }),
      RUNS,
    );
  });

  test("the HTML holds only our own elements and attributes, and loads nothing", () => {
    fc.assert(
      fc.property(anyMail, ({ html }) => {
        const markup = html.replace("<!doctype html>", "").replace(/<!--\[if mso\]>.*?<!\[endif\]-->/gu, "");
        const strange = [...markup.matchAll(/<\/?([^\s>]*)([^>]*)>/gu)].filter(
          ([, element = "", rest = ""]) => {
            const attributes = rest.replace(/"[^"]*"/gu, "").match(/[^\s=]+/gu) ?? [];
            return !ELEMENTS.has(element) || attributes.some((attribute) => !ATTRIBUTES.has(attribute));
          },
        );
        expect(strange).toEqual([]);
        expect(html.match(/<style>/gu)).toHaveLength(1);
        expect(html).not.toMatch(/<script|url\(|@import/iu);
      }),
      RUNS,
    );
  });

  test("every link is http(s), without credentials, in both parts", () => {
    fc.assert(
      fc.property(anyMail, ({ html, text }) => {
        for (const [, href = ""] of html.matchAll(/href="([^"]*)"/gu)) {
          expect(href).toMatch(/^https?:\/\/[^\s<>"']+$/u);
          expect(new URL(href.replaceAll("&amp;", "&"))).toMatchObject({ username: "", password: "" });
        }
        expect(text).not.toMatch(/^.*: javascript:/imu);
      }),
      RUNS,
    );
  });

  test("both parts are well-formed text without controls or direction overrides", () => {
    fc.assert(
      fc.property(anyMail, ({ html, text }) => {
        for (const part of [html, text]) {
          expect(part).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
          expect(part.isWellFormed()).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test("the text part tells the same facts as the HTML part", () => {
    fc.assert(
      fc.property(anyMail, ({ html, text }) => {
        expect(facts(text)).toEqual(facts(visible(html)));
      }),
      RUNS,
    );
  });
});

describe("hostile strings", () => {
  test.each(ATTACKS)("as a mentor's name, %j is text and nothing else", (name) => {
    const content: EmailContent = { type: "pause_activated", mentor_name: name };
    const { html } = renderContent(content, PLAIN, LINKS, NOW);
    const harmless = renderContent({ ...content, mentor_name: "Kari" }, PLAIN, LINKS, NOW).html;
    expect(shape(html)).toEqual(shape(harmless));
  });

  test.each(ATTACKS)("in a greeting, %j adds no line to the text part", (name) => {
    expect(linesFor(name)).toBe(linesFor("Ada"));
  });

  test("a name that is a link is not greeted with", () => {
    for (const name of ["Win at https://evil.example", "www.evil.example", "  "])
      expect(renderContent({ type: "test" }, { ...PLAIN, name }, LINKS, NOW).text).toContain("\nHello,\n");
  });

  test("a title cannot break out of the subject into headers", () => {
    const title = "Hi\r\nBcc: victim@example.org";
    const { subject } = renderContent({ type: "push", title, body: "x" }, PLAIN, LINKS, NOW);
    expect(subject).toBe("Hi Bcc: victim@example.org");
    expect(customSubject(title)).toBe("Hi Bcc: victim@example.org");
  });

  test("a subject made only of controls falls back to the product's name", () => {
    const { subject } = renderContent({ type: "push", title: "\u0000\u202e", body: "x" }, PLAIN, LINKS, NOW);
    expect(subject).toBe("Tidings");
  });

  test("a push's text keeps its paragraphs and line breaks", () => {
    const mail = renderContent(
      { type: "push", title: "T", body: "one\r\ntwo\r\n\r\nthree" },
      PLAIN,
      LINKS,
      NOW,
    );
    expect(mail.text).toContain("one\ntwo\n\nthree\n");
    expect(mail.html).toContain("one<br>two</div>");
    expect(mail.html).toContain(">three</div>");
  });
});

test("five hundred long matches and deadlines stay below what Gmail clips, and say how many are left out", () => {
  const title = "Ö".repeat(500);
  const url = `https://grants.example.org/${"x".repeat(150)}`;
  const mail = renderContent(
    {
      type: "weekly_digest",
      matches: many({ title, score: 90, deadline: NOW + DAY, url }),
      deadlines: many({ title, deadline: NOW + DAY, url, reason: "applied" as const }),
      deadlines_total: 1_234,
    },
    PLAIN,
    LINKS,
    NOW,
  );
  expect(new TextEncoder().encode(mail.html).length).toBeLessThan(102_000);
  expect(mail.text).toContain("… and 480 more.");
  expect(mail.text).toContain("… and 1,214 more.");
});

describe("payloads out of a JSON column", () => {
  test("any content survives the column", () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const type = typeNamed(content.type);
        const parsed = type.parse(JSON.parse(JSON.stringify(content)));
        expect(parsed && renderEmail({ type, content: parsed }, PLAIN, LINKS, NOW)).toEqual(render(content));
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ["an unknown type", "newsletter", {}],
    ["a property of every object", "toString", {}],
    ["no payload", "test", null],
    ["a payload that is a text", "welcome", "x"],
    ["nothing to tell", "new_match", { matches: [] }],
    ["a time as text", "certification_reminder", { certifications: [{ name: "x", expires_at: "2026" }] }],
    ["a time beyond the calendar", "pause_activated", { mentor_name: "x", effective_date: 9e15 }],
    ["a missing title", "push", { body: "x" }],
  ])("%s is no e-mail", (_what, type, payload) => {
    expect(builtInTypes.get(type)?.parse(payload) ?? null).toBeNull();
  });
});
