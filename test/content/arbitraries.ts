import * as fc from "fast-check";
import type { EmailLinks, EmailRecipient } from "../../src/content/index.ts";
import type { BuiltInType } from "../../src/notifications/registry.ts";
import type { ContentOf, EmailContent } from "../support/content.ts";

export const NOW = Date.UTC(2026, 2, 20, 8);
export const DAY = 86_400_000;

/** Strings that have broken mails before. */
export const ATTACKS = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</title></style><script>`,
  `<!--[if mso]><b>`,
  `]]>&lt;script&gt;`,
  "Ada\r\nBcc: everyone@example.org\r\n\r\nHello",
  "line\u2028separator\u0085next\u000bvertical",
  "\u202egnp.exe\u202c and \u2066isolated",
  "\u0000\u0007\u001b[31m\u007f\u0099",
  "lone \ud83d surrogate",
  "👩‍👩‍👧‍👦👩‍👩‍👧‍👦 🇳🇴 é",
  "محمد الفاتح",
  "${7*7} {{7*7}} %s",
];

/** Any UTF-16, lone surrogates included. (fast-check's own "binary" unit takes seconds to set up.) */
export const anyUnits = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  maxLength: 400,
});
const hostile = fc.oneof(
  fc.constantFrom(...ATTACKS),
  anyUnits,
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.array(fc.constantFrom(...ATTACKS), { maxLength: 12 }).map((parts) => parts.join(" ")),
);
const url = fc.option(
  fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.constantFrom(
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "data:text/html,<script>alert(1)</script>",
      "https://bank.example@evil.example/",
      `https://example.org/"><script>alert(1)</script>`,
      "https://example.org/\r\nX: y",
      "//example.org",
      "ftp://example.org/",
    ),
    hostile,
  ),
);
const time = fc.oneof(
  fc.integer({ min: NOW - 400 * DAY, max: NOW + 400 * DAY }),
  fc.integer({ min: 0, max: 253_402_300_799_999 }),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const score = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const total = maybe(fc.nat());
const matches = (minLength: number) =>
  fc.array(fc.record({ title: hostile, score, deadline: maybe(time), url }), { minLength, maxLength: 25 });
const deadlines = (minLength: number) =>
  fc.array(
    fc.record({
      title: hostile,
      deadline: time,
      url,
      reason: maybe(fc.constantFrom("matched" as const, "applied" as const)),
    }),
    { minLength, maxLength: 25 },
  );
const totals = fc.record({
  total_activities: fc.nat(),
  completed_activities: fc.nat(),
  hours_logged: fc.double({ min: 0, max: 1e6, noNaN: true }),
});
const pause = { mentor_name: hostile, effective_date: maybe(time), reason: maybe(hostile), url };

const BY_TYPE: { [T in BuiltInType]: fc.Arbitrary<ContentOf<T>> } = {
  certification_reminder: fc.record({
    type: fc.constant("certification_reminder"),
    certifications: fc.array(fc.record({ name: hostile, expires_at: time }), { minLength: 1, maxLength: 25 }),
    total,
    url,
  }),
  welcome: fc.record({ type: fc.constant("welcome"), org_name: maybe(hostile), url }),
  new_match: fc.record({ type: fc.constant("new_match"), matches: matches(1), total, url }),
  deadline_reminder: fc.record({
    type: fc.constant("deadline_reminder"),
    deadlines: deadlines(1),
    total,
    url,
  }),
  weekly_digest: fc.record({
    type: fc.constant("weekly_digest"),
    matches: matches(0),
    matches_total: total,
    deadlines: deadlines(0),
    deadlines_total: total,
    url,
  }),
  application_status: fc.record({
    type: fc.constant("application_status"),
    grant_title: hostile,
    status: hostile,
    previous_status: maybe(hostile),
    note: maybe(hostile),
    url,
  }),
  test: fc.record({ type: fc.constant("test") }),
  pause_activated: fc.record({ type: fc.constant("pause_activated"), ...pause }),
  pause_deactivated: fc.record({ type: fc.constant("pause_deactivated"), ...pause }),
  stats_summary: fc.record({
    type: fc.constant("stats_summary"),
    time_window: fc.constantFrom("weekly", "monthly", "quarterly", "yearly"),
    from: time,
    to: time,
    totals,
    previous: maybe(totals),
    series: maybe(
      fc.array(
        fc.record({ from: time, to: time, hours_logged: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
        {
          maxLength: 31,
        },
      ),
    ),
    url,
  }),
  push: fc.record({ type: fc.constant("push"), title: hostile, body: hostile, url }),
};

/** Content of every type, with strings, URLs and numbers at their worst. */
export const anyContent: fc.Arbitrary<EmailContent> = fc.oneof(...Object.values(BY_TYPE));

export const anyRecipient: fc.Arbitrary<EmailRecipient> = fc.record({
  name: maybe(hostile),
  locale: maybe(
    fc.oneof(fc.constantFrom("en", "de-CH", "ar-EG", "fa", "he", "ja", "hi", "nb_NO", "xx"), hostile),
  ),
  timezone: maybe(
    fc.oneof(fc.constantFrom("Pacific/Kiritimati", "America/St_Johns", "+05:45", "Mars"), hostile),
  ),
});

export const anyLinks: fc.Arbitrary<EmailLinks> = fc.record({
  unsubscribe: url,
  preferences: url,
  home: url.map((home) => home ?? ""),
});

/** What a reader sees of an HTML part, from its title on, and where its links lead. */
export function visible(html: string): string {
  const body = html.slice(html.indexOf("<table")).replace(/<!--.*?-->/gsu, " ");
  const links = [...body.matchAll(/href="([^"]*)"/gu)].map(([, href]) => href ?? "");
  return [body.replace(/<[^>]*>/gu, " "), ...links]
    .join(" ")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

/** Words, numbers and pictures, sorted: what two renderings of the same facts have in common. */
export const facts = (text: string): string[] =>
  (text.match(/[\p{L}\p{N}\p{M}\p{Extended_Pictographic}]+/gu) ?? []).toSorted();
