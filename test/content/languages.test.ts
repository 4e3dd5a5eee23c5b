import { describe, expect, test } from "vitest";
import { type EmailRecipient, renderEmail } from "../../src/content/index.ts";
import { de } from "../../src/content/wording/de.ts";
import { en } from "../../src/content/wording/en.ts";
import { es } from "../../src/content/wording/es.ts";
import { fr } from "../../src/content/wording/fr.ts";
import { nb } from "../../src/content/wording/nb.ts";
import { builtInTypes, TYPE_IDS } from "../../src/notifications/registry.ts";
import { pushTextOf } from "../../src/notifications/stats-summary/push-text.ts";
import { UNSUBSCRIBE_PAGES, renderUnsubscribePage } from "../../src/preferences/unsubscribe-page.ts";
import { typeNamed } from "../support/content.ts";
import { NOW } from "./arbitraries.ts";

const LANGUAGES = ["nb", "de", "fr", "es"] as const;
type Language = (typeof LANGUAGES)[number];
const SHARED = { nb, de, fr, es };

/** Every text of English by its path, called with values that no language has words for, and the same in another language. */
type Texts = Map<string, string>;

const amounts = [0, 1, 2].map((value) => ({ value, text: `<${value}>` }));
const days = [0, 1, 2].flatMap((value) =>
  [true, false].map((past) => ({ past, days: { value, text: `<${value}>` } })),
);
const windows = ["weekly", "monthly", "quarterly", "yearly"];

/** The arguments with which a text is called: enough for each of its forms. */
function samplesFor(path: string): readonly unknown[][] {
  if (path.endsWith(".more")) return amounts.map((amount) => [amount]);
  if (path.endsWith(".when")) return days.map((one) => [one]);
  if (path.startsWith("certification_reminder.email.subject"))
    return amounts.flatMap((expired) =>
      amounts.flatMap((ahead) => [null, ...days].map((one) => [expired, ahead, one])),
    );
  if (path.startsWith("deadline_reminder.email.subject"))
    return amounts.flatMap((ahead) => days.map((one) => [ahead, one, "<title>"]));
  if (path.startsWith("weekly_digest.email.subject"))
    return amounts.flatMap((matches) => amounts.map((deadlines) => [matches, deadlines]));
  if (path.startsWith("stats_summary.") && path.endsWith(".subject"))
    return windows.flatMap((window) => amounts.map((amount) => [window, amount, amount]));
  if (path.startsWith("stats_summary.") && path.endsWith(".body"))
    return amounts.map((amount) => [amount, amount, "<note>"]);
  if (path.startsWith("stats_summary.") && !path.endsWith(".intro"))
    return windows.flatMap((window) => [null, "<percent>"].map((percent) => [window, "<change>", percent]));
  if (/^(new_match|certification_reminder|deadline_reminder)\.email\.(subject|title|intro)$/u.test(path))
    return amounts.map((amount) => [amount]);
  if (/^pause_\w+\.(push|in_app)\./u.test(path))
    return [null, "<reason>"].map((reason) => [
      { mentor: "<mentor>", day: "<day>", status: "<status>", reason },
    ]);
  if (path.endsWith(".greeting") || path.endsWith(".joined")) return [[null], ["<name>"]];
  return [["<one>", "<two>"]];
}

function collect(words: unknown, path: string, into: Texts = new Map()): Texts {
  if (typeof words === "string") into.set(path, words);
  else if (typeof words === "function")
    for (const args of samplesFor(path)) into.set(`${path}(${JSON.stringify(args)})`, words(...args));
  else if (typeof words === "object" && words !== null)
    for (const [key, inner] of Object.entries(words)) collect(inner, `${path}.${key}`, into);
  else throw new Error(`${path} is no text`);
  return into;
}

function textsIn(language: "en" | Language): Texts {
  const all = collect({ en, ...SHARED }[language], "shared");
  for (const { id, words } of builtInTypes.all) collect(words[language], id, all);
  return all;
}
const ENGLISH = textsIn("en");
const TEXTS = { nb: textsIn("nb"), de: textsIn("de"), fr: textsIn("fr"), es: textsIn("es") };

const CHANNELS_ALIKE = ["shared.unsubscribe.matrix.channels.sms", "shared.unsubscribe.matrix.channels.chat"];

/** Texts that are the same word in English. */
const SAME: Record<Language, readonly string[]> = {
  nb: ["shared.colon", ...CHANNELS_ALIKE, "application_status.email.status"],
  de: ["shared.colon", ...CHANNELS_ALIKE, "application_status.email.status"],
  fr: CHANNELS_ALIKE,
  es: ["shared.colon", ...CHANNELS_ALIKE],
};

/** Words that are frequent in English sentences, and are no words of the other languages' texts. */
const ENGLISH_WORDS =
  /(?<!\p{L})(the|you|your|of|and|this|that|these|is|are|has|have|with|from|what|will|more|please|view|unsubscribe|subscribed|get|email|today|tomorrow|yesterday|before|ahead|expired|grants?|deadlines?|match(es)?|week|month|hours?|mentors?)(?!\p{L})/iu;
const ENGLISH_DATES =
  /\b(January|February|March|May|June|July|October|December|Jan|Feb|Mar [0-9]|Oct|Dec)\b|[0-9] (AM|PM)\b/u;

describe.each(LANGUAGES)("in %s", (language) => {
  test("every text of English is there, and called with the same values", () => {
    expect([...TEXTS[language].keys()]).toEqual([...ENGLISH.keys()]);
    for (const [path, text] of TEXTS[language]) {
      expect([path, text.trim()]).not.toEqual([path, ""]);
      expect([path, text]).not.toEqual([path, expect.stringMatching(/undefined|null|NaN|\[object/u)]);
    }
  });

  test("no text is still English, but for words that are the same", () => {
    const same = [...TEXTS[language]].filter(([path, text]) => text === ENGLISH.get(path));
    const listed = same.map(([path]) => path).filter((path) => !path.includes("("));
    expect(listed).toEqual(SAME[language]);
    // A text that only prints what it is given has no words.
    expect(same.filter(([path]) => path.includes("("))).toEqual([]);
    for (const [path, text] of TEXTS[language])
      expect([path, text.replaceAll(/<\w+>/gu, "")]).not.toEqual([
        path,
        expect.stringMatching(ENGLISH_WORDS),
      ]);
  });

  test("every value that English prints is printed, but for a type's name that is said another way", () => {
    const values = (text: string) => [...new Set(text.match(/<\w+>/gu) ?? [])].toSorted();
    for (const [path, text] of TEXTS[language])
      if (!path.startsWith("shared.unsubscribe.ask.text"))
        expect([path, values(text)]).toEqual([path, values(ENGLISH.get(path) ?? "")]);
  });
});

test("French has no-break spaces where it needs them", () => {
  for (const [path, text] of TEXTS.fr) {
    expect([path, text]).not.toEqual([
      path,
      expect.stringMatching(/[^\u00a0]:|[^\u202f][;!?]|«[^\u00a0]|[^\u00a0]»|'/u),
    ]);
  }
  const mail = renderEmail(
    { type: typeNamed("stats_summary"), content: typeNamed("stats_summary").sample(NOW) },
    { name: null, locale: "fr-FR", timezone: null },
    { unsubscribe: "https://t.test/u", home: "https://t.test" },
    NOW,
  );
  expect(mail.subject).toContain("\u00a0: ");
  expect(
    mail.text
      .replaceAll(/https?:/gu, "")
      .match(/.[:;!?]/gu)
      ?.filter((pair) => !pair.startsWith("\u00a0")),
  ).toEqual([]);
});

/** Samples without words of any language: only these are stripped from a mail before it is searched. */
const neutral = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(neutral);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        typeof inner === "string" && !["time_window", "reason", "url"].includes(key) ? "Xyz" : neutral(inner),
      ]),
    );
  return value;
};
const readers: EmailRecipient[] = [
  { name: "Xyz", locale: "nb-NO", timezone: "Europe/Oslo" },
  { name: "Xyz", locale: "no", timezone: "Europe/Oslo" },
  { name: null, locale: "nn-NO", timezone: "Europe/Oslo" },
  { name: "Xyz", locale: "de-AT", timezone: "Europe/Vienna" },
  { name: null, locale: "de-CH", timezone: "Europe/Zurich" },
  { name: "Xyz", locale: "fr-CA", timezone: "America/Toronto" },
  { name: "Xyz", locale: "fr", timezone: null },
  { name: "Xyz", locale: "es-MX", timezone: "America/Mexico_City" },
  { name: null, locale: "es-ES", timezone: "Europe/Madrid" },
];

describe.each(readers)("a reader of $locale", (reader) => {
  test.each(TYPE_IDS)("gets %s without an English word or date", (id) => {
    const type = typeNamed(id);
    const sample = Object(neutral(type.sample(NOW)));
    const content = "reason" in sample && sample.reason !== null ? { ...sample, reason: "Xyz" } : sample;
    for (const unsubscribe of ["https://t.test/u", null]) {
      const links = { unsubscribe, preferences: "https://t.test/p", home: "https://t.test" };
      const mail = renderEmail({ type, content }, reader, links, NOW);
      const text = `${mail.subject}\n${mail.text}`.replaceAll(/https?:\S+/gu, "");
      expect(text).not.toMatch(ENGLISH_WORDS);
      expect(text).not.toMatch(ENGLISH_DATES);
      expect(mail.html).not.toContain('lang="en"');
    }
  });

  test("gets pushes of summaries and pages without an English word", () => {
    const { title, body } = pushTextOf(Object(typeNamed("stats_summary").sample(NOW)), reader);
    expect(`${title} ${body}`).not.toMatch(ENGLISH_WORDS);
    for (const page of UNSUBSCRIBE_PAGES)
      for (const type of builtInTypes.all) {
        const cell = { by: "org", orgId: "o", on: true, locked: true } as const;
        const rows = builtInTypes.all.map(({ category }) => [
          category,
          { push: cell, email: cell, in_app: cell },
        ]);
        const categories = Object.fromEntries(rows);
        const shown = page === "invalid" ? { page } : { page, type, address: "x@example.org", categories };
        const html = renderUnsubscribePage(shown, { locale: reader.locale, home: "https://t.test" });
        const text = html.slice(html.indexOf("<main>")).replaceAll(/<[^>]*>/gu, " ");
        expect(text).not.toMatch(ENGLISH_WORDS);
        expect(html).not.toContain('<html lang="en"');
      }
  });
});

test("a reader of a language without words, or from the right, gets English with English dates", () => {
  const type = typeNamed("deadline_reminder");
  for (const locale of ["da-DK", "sv", "ja", "ar-EG", "he"]) {
    const links = { unsubscribe: "https://t.test/u", home: "https://t.test" };
    const { html, text } = renderEmail(
      { type, content: type.sample(NOW) },
      { name: null, locale, timezone: "UTC" },
      links,
      NOW,
    );
    expect(text).toContain("Deadline: March 21, 2026 at 4:00");
    expect(html).toContain(`<html lang="en" dir="${/^(ar|he)/u.test(locale) ? "rtl" : "ltr"}">`);
  }
});

test.each([
  ["fr", 0, "0 activité terminée, 0 heure"],
  ["fr", 1.5, "1,5 activité terminée, 1,5 heure"],
  ["de", 0, "0 Aktivitäten abgeschlossen, 0 Stunden"],
  ["de", 1, "1 Aktivität abgeschlossen, 1 Stunde"],
  ["es", 1.5, "1,5 actividades completadas, 1,5 horas"],
  ["nb", 1, "1 aktivitet fullført, 1 time"],
])("plurals follow the language: %s, %d", (locale, value, expected) => {
  const content = {
    time_window: "weekly" as const,
    from: NOW,
    to: NOW,
    totals: { total_activities: value, completed_activities: value, hours_logged: value },
    previous: null,
    series: null,
    url: null,
  };
  expect(pushTextOf(content, { locale, timezone: null }).body).toContain(expected);
});
