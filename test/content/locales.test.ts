import * as fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { type EmailRecipient, SUBJECT_MAX } from "../../src/content/index.ts";
import { type EmailContent, renderContent } from "../support/content.ts";
import { DAY, NOW } from "./arbitraries.ts";

const LINKS = { unsubscribe: "https://t.test/u", home: "https://t.test" };
const render = (content: EmailContent, recipient: Partial<EmailRecipient> = {}, now = NOW) =>
  renderContent(content, { name: null, locale: null, timezone: null, ...recipient }, LINKS, now);
const certificate = (expires_at: number): EmailContent => ({
  type: "certification_reminder",
  certifications: [{ name: "First Aid", expires_at }],
});

const deadline = (at: number): EmailContent => ({
  type: "deadline_reminder",
  deadlines: [{ title: "G", deadline: at }],
});
const subjectOf = (title: string) => render({ type: "push", title, body: "" }).subject;

describe("dates and numbers", () => {
  test.each([
    ["en-US", "America/New_York", /July 11, 2026 at 7:30\sPM EDT/u],
    ["en-GB", "Europe/London", /12 July 2026 at 00:30 BST/u],
    ["de-DE", "Europe/Berlin", /12\. Juli 2026 um 01:30 MESZ/u],
    ["nn-NO", "Europe/Oslo", /12\. juli 2026 kl\. 01:30 CEST/u],
    ["fr-CA", "America/Toronto", /11 juillet 2026 à 19\sh\s30 HAE/u],
    ["es-MX", "America/Mexico_City", /11 de julio de 2026 a las 5:30\sp\.m\. /u],
    // There is no wording of theirs.
    ["ja", "Asia/Tokyo", /July 12, 2026 at 8:30\sAM GMT\+9/u],
    ["fa", "Asia/Tehran", /July 12, 2026 at 3:00\sAM GMT\+3:30/u],
  ])("are those of the text's language, for %s in %s", (locale, timezone, expected) => {
    const { text, html } = render(deadline(Date.UTC(2026, 6, 11, 23, 30)), { locale, timezone });
    expect(text).toMatch(expected);
    expect(html).toMatch(expected);
  });

  test("use the decimal sign of the text's language", () => {
    const summary: EmailContent = {
      type: "stats_summary",
      time_window: "monthly",
      from: Date.UTC(2026, 1, 1),
      to: Date.UTC(2026, 2, 1),
      totals: { total_activities: 1_200, completed_activities: 1, hours_logged: 12.5 },
    };
    for (const locale of ["en", "ar"]) {
      const { text } = render(summary, { locale });
      expect(text).toContain("Activities: 1,200");
      expect(text).toContain("Hours logged: 12.5");
    }
    expect(render(summary, { locale: "de" }).text).toContain("Aktivitäten: 1.200");
    expect(render(summary, { locale: "de" }).text).toContain("Erfasste Stunden: 12,5");
    expect(render(summary, { locale: "es-MX" }).text).toContain("Actividades: 1,200");
  });

  test("fall back to English and UTC for what Intl does not know", () => {
    const known = render(deadline(NOW + DAY), { locale: "en", timezone: "UTC" });
    for (const [locale, timezone] of [
      ["xx-invalid-!!", "Mars/Olympus_Mons"],
      ["", ""],
      ["C.UTF-8", "<script>"],
      ["zz", "UTC+99"],
    ])
      expect(render(deadline(NOW + DAY), { locale: locale ?? null, timezone: timezone ?? null })).toEqual(
        known,
      );
  });

  test("are Bokmål's for readers of any Norwegian", () => {
    const bokmål = render(deadline(NOW), { locale: "nb" });
    for (const locale of ["nb-NO", "no", "no-NO", "nn", "nn-NO", "no_NO"])
      expect(render(deadline(NOW), { locale })).toEqual(bokmål);
  });

  test("take a locale in POSIX spelling", () => {
    expect(render(deadline(NOW), { locale: "nb_NO" })).toEqual(render(deadline(NOW), { locale: "nb-NO" }));
    expect(render(deadline(NOW), { locale: "en_GB" }).text).toContain("20 March 2026");
  });

  test("that travel as midnight UTC keep their day west of Greenwich", () => {
    const pause: EmailContent = {
      type: "pause_activated",
      mentor_name: "Kari",
      effective_date: Date.UTC(2026, 2, 20),
    };
    expect(render(pause, { timezone: "America/Los_Angeles" }).text).toContain("Paused from: March 20, 2026");
    const later = { ...pause, effective_date: Date.UTC(2026, 2, 20, 1) };
    expect(render(later, { timezone: "America/Los_Angeles" }).text).toContain("Paused from: March 19, 2026");
  });
});

describe("a mail in English words", () => {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const own = new Set(["en", "nb", "no", "nn", "de", "fr", "es"]);
  const languages = letters
    .flatMap((a) => letters.map((b) => a + b))
    .filter((language) => !own.has(new Intl.Locale(language).language));
  const tags = [
    ...["ar-EG", "ar-u-nu-arab", "fa-IR", "hi-IN-u-nu-deva", "th-TH-u-ca-buddhist-nu-thai", "ckb", "pa-Arab"],
    ...["zh-Hant-TW", "ja-JP-u-ca-japanese", "ne-NP", "my-MM", "dz", "sr-Latn", "uz-Arab", "ff-Adlm", "nqo"],
  ];
  const mails: EmailContent[] = [
    deadline(NOW + 3 * DAY),
    certificate(NOW + 30 * DAY),
    {
      type: "stats_summary",
      time_window: "weekly",
      from: NOW - 7 * DAY,
      to: NOW,
      totals: { total_activities: 1_234, completed_activities: 56, hours_logged: 7.5 },
    },
  ];

  test("has the same words, digits and dates for readers of every language without words", () => {
    for (const mail of mails) {
      const { subject, text } = render(mail, { locale: "en" });
      for (const locale of [...languages, ...tags]) {
        const theirs = render(mail, { locale });
        expect([locale, theirs.subject, theirs.text]).toEqual([locale, subject, text]);
        expect(theirs.html.replace(/[^\p{Nd}]|[0-9]/gu, ""), locale).toBe("");
      }
    }
  });

  test("a test mail still names the reader's own locale", () => {
    const { text } = render({ type: "test" }, { locale: "ar-EG", timezone: "Africa/Cairo" });
    expect(text).toContain("Locale: ar-EG");
  });
});

test(
  "days are counted on the reader's calendar, in every time zone and over clock changes",
  { timeout: 30_000 },
  () => {
    const zones = Intl.supportedValuesOf("timeZone");
    const from = Date.UTC(2020, 0, 1);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: from, max: from + 10 * 366 * DAY }),
        fc.integer({ min: 1, max: 60 * DAY }),
        (timezone, now, ahead) => {
          const local = (at: number) =>
            Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toPlainDate();
          const days = local(now).until(local(now + ahead)).days;
          const expected = days === 0 ? "today" : days === 1 ? "tomorrow" : `in ${days} days`;
          const { subject } = render(certificate(now + ahead), { timezone }, now);
          expect(subject).toBe(`Your certification expires ${expected}`);
        },
      ),
      { numRuns: 150 },
    );
  },
);

describe("reading direction", () => {
  test.each(["ar", "he", "fa-IR", "ur", "ps", "yi", "ckb", "dv", "az-Arab"])(
    "%s reads from the right",
    (locale) => {
      const { html } = render(certificate(NOW + DAY), { locale });
      expect(html).toMatch(/<html lang="en" dir="rtl">/u);
      expect(html).toMatch(/<h1 dir="ltr" [^>]*text-align:right/u);
      expect(html).not.toContain("text-align:left;padding");
    },
  );

  test.each([
    ["en", "en"],
    ["de", "de"],
    ["no-NO", "nb"],
    ["az", "en"],
    ["ja", "en"],
    ["ks-Deva", "en"],
  ])("%s reads from the left", (locale, language) => {
    const { html } = render(certificate(NOW + DAY), { locale });
    expect(html).toContain(`<html lang="${language}" dir="ltr">`);
  });

  test("a right-to-left name is isolated inside our sentences, and alone follows its own direction", () => {
    const mail = render({ type: "pause_activated", mentor_name: "محمد الفاتح" });
    expect(mail.subject).toBe("\u2068محمد الفاتح\u2069 is taking a pause");
    expect(mail.html).toMatch(/<div dir="auto"[^>]*>محمد الفاتح<\/div>/u);
    expect(render({ type: "pause_activated", mentor_name: "Kari" }).subject).toBe("Kari is taking a pause");
  });

  test("someone else's words follow their own direction", () => {
    const { html } = render({ type: "push", title: "مرحبا", body: "كيف حالك" });
    expect(html).toMatch(/<h1 dir="auto"[^>]*>مرحبا/u);
    expect(html).toMatch(/<div dir="auto"[^>]*>كيف حالك/u);
  });
});

describe("long subjects", () => {
  test("are cut between graphemes, with an ellipsis", () => {
    const family = "👩‍👩‍👧‍👦";
    const subject = subjectOf(family.repeat(50));
    expect(subject.length).toBeLessThanOrEqual(SUBJECT_MAX);
    expect(subject).toBe(`${family.repeat(Math.floor((SUBJECT_MAX - 1) / family.length))}…`);
  });

  test("of exactly 200 characters stay as they are", () => {
    expect(subjectOf("x".repeat(200))).toBe("x".repeat(200));
    expect(subjectOf("x".repeat(201))).toBe(`${"x".repeat(199)}…`);
  });

  test("keep flags, combining marks and skin tones whole", () => {
    const graphemes = fc.array(fc.constantFrom("🇳🇴", "e\u0301", "👍🏽", "a", "क्षि", "한"), {
      minLength: 80,
      maxLength: 300,
    });
    const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
    fc.assert(
      fc.property(graphemes, (parts) => {
        const title = parts.join("\u200b");
        const subject = subjectOf(title);
        const kept = subject.endsWith("…") ? subject.slice(0, -1) : subject;
        expect(title.startsWith(kept)).toBe(true);
        const boundaries = new Set(
          [...segmenter.segment(title)].map(({ index }) => index).concat(title.length),
        );
        expect(boundaries.has(kept.length)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
