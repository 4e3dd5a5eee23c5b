import { describe, expect, test } from "vitest";
import { type ContentOf, type EmailContent, renderContent } from "../support/content.ts";
import { DAY, NOW } from "./arbitraries.ts";

const LINKS = { unsubscribe: null, home: "https://t.test" };
const render = (content: EmailContent, links: Parameters<typeof renderContent>[2] = LINKS) =>
  renderContent(content, { name: "Ada", locale: "en", timezone: "UTC" }, links, NOW);
const subjectOf = (content: EmailContent) => render(content).subject;

const expiringIn = (...days: number[]): ContentOf<"certification_reminder"> => ({
  type: "certification_reminder",
  certifications: days.map((day) => ({ name: `Certificate ${day}`, expires_at: NOW + day * DAY })),
});
const match = (title: string, score: number, deadline: number | null = null) => ({
  title,
  score,
  deadline,
});
const dueIn = (...days: number[]): EmailContent => ({
  type: "deadline_reminder",
  deadlines: days.map((day) => ({ title: `Grant ${day}`, deadline: NOW + day * DAY })),
});
const summary = (previous: { total: number; done: number; hours: number } | null): EmailContent => ({
  type: "stats_summary",
  time_window: "quarterly",
  from: Date.UTC(2026, 0, 1),
  to: Date.UTC(2026, 3, 1),
  totals: { total_activities: 47, completed_activities: 42, hours_logged: 128.50000000001 },
  previous: previous && {
    total_activities: previous.total,
    completed_activities: previous.done,
    hours_logged: previous.hours,
  },
});

describe("certification_reminder", () => {
  test.each([
    [[30], "Your certification expires in 30 days"],
    [[1], "Your certification expires tomorrow"],
    [[0.1], "Your certification expires today"],
    [[-3], "Your certification has expired"],
    [[14, 7], "2 of your certifications expire soon, the first in 7 days"],
    [[-1, -9], "2 of your certifications have expired"],
    [[-1, 7, 30], "1 certification has expired, 2 expire soon"],
    [[-1, -2, 7], "2 certifications have expired, 1 expires soon"],
  ])("for certificates expiring in %j days the subject says so", (days, subject) => {
    expect(subjectOf(expiringIn(...days))).toBe(subject);
  });

  test("lists the nearest first, expired ones marked", () => {
    const { text } = render(expiringIn(30, -400, 7, -1));
    expect(text.match(/^\* .*$/gmu)).toEqual([
      "* Certificate -1 (Expired)",
      "* Certificate 7 (In 7 days)",
      "* Certificate 30 (In 30 days)",
      "* Certificate -400 (Expired)",
    ]);
    expect(text).toContain("Expires on April 19, 2026");
    expect(text).toContain("Expired on March 19, 2026");
  });

  test("counts also what the payload leaves out", () => {
    const mail = render({ ...expiringIn(7), total: 40 });
    expect(mail.subject).toBe("40 of your certifications expire soon, the first in 7 days");
    expect(mail.text).toContain("… and 39 more.");
  });
});

describe("new_match", () => {
  test.each([
    [1, "1 New Grant Match Found"],
    [3, "3 New Grant Matches Found"],
  ])("%i", (count, subject) => {
    const matches = Array.from({ length: count }, (_, index) => match(`Grant ${index}`, 80));
    expect(subjectOf({ type: "new_match", matches })).toBe(subject);
  });

  test("lists the best first, among equals the more urgent, each with score, deadline and link", () => {
    const { text } = render({
      type: "new_match",
      matches: [
        match("Late", 80, NOW + 9 * DAY),
        { ...match("Best", 95.4), url: "https://t.test/best" },
        match("Soon", 80, NOW + DAY),
      ],
    });
    expect(text).toContain("* Best (95% match)\n  No deadline\n  https://t.test/best\n");
    expect(text).toContain("* Soon (80% match)\n  Deadline: March 21, 2026 at 8:00 AM UTC\n");
    expect(text.indexOf("* Best")).toBeLessThan(text.indexOf("* Soon"));
    expect(text.indexOf("* Soon")).toBeLessThan(text.indexOf("* Late"));
  });
});

describe("deadline_reminder", () => {
  test.each([
    [[7], "Grant deadline in 7 days: Grant 7"],
    [[14, 3, 7], "3 grant deadlines ahead, the first in 3 days"],
    [[-1, 1], "Grant deadline tomorrow: Grant 1"],
    [[-1], "Grant deadline passed: Grant -1"],
  ])("for deadlines in %j days", (days, subject) => {
    expect(subjectOf(dueIn(...days))).toBe(subject);
  });

  test("marks the ones that have passed meanwhile", () => {
    expect(render(dueIn(-1, 1)).text).toContain("* Grant -1 (Passed)");
  });
});

describe("weekly_digest", () => {
  const matches = [{ title: "M", score: 80 }];
  const deadlines = [
    { title: "D1", deadline: NOW + DAY },
    { title: "D2", deadline: NOW + 2 * DAY },
  ];

  test("names what it holds, and leaves empty sections out", () => {
    expect(subjectOf({ type: "weekly_digest", matches, deadlines })).toBe(
      "Your weekly digest: 1 new match, 2 deadlines ahead",
    );
    const quiet = render({ type: "weekly_digest", matches, deadlines: [] });
    expect(quiet.subject).toBe("Your weekly digest: 1 new match");
    expect(quiet.text).not.toContain("Deadlines ahead");
  });

  test("of a quiet week says so", () => {
    expect(render({ type: "weekly_digest", matches: [], deadlines: [] }).text).toContain("A quiet week");
  });
});

describe("application_status", () => {
  test("turns the client's word into a readable one", () => {
    const mail = render({
      type: "application_status",
      grant_title: "Coast",
      status: "under_review",
      previous_status: "submitted",
      note: "Please send form B.",
    });
    expect(mail.subject).toBe("Application status: Under review – Coast");
    expect(mail.text).toContain("Status: Under review\nBefore: Submitted");
    expect(mail.text).toContain("Please send form B.");
  });
});

describe("pauses", () => {
  test("name the mentor, the date and the reason", () => {
    const mail = render({
      type: "pause_activated",
      mentor_name: "Kari Nordmann",
      effective_date: Date.UTC(2026, 2, 20),
      reason: "Personal leave",
    });
    expect(mail.subject).toBe("Kari Nordmann is taking a pause");
    expect(mail.text).toContain(
      "Peer mentor: Kari Nordmann\nPaused from: March 20, 2026\nReason: Personal leave\n",
    );
  });

  test("that end say so, without what is not known", () => {
    const mail = render({
      type: "pause_deactivated",
      mentor_name: "Lars",
      effective_date: null,
      reason: null,
    });
    expect(mail.subject).toBe("Lars is active again");
    expect(mail.text).not.toMatch(/Reason|from:/u);
  });
});

describe("stats_summary", () => {
  test("tells totals, the change, and compares the hours in a chart", () => {
    const mail = render(summary({ total: 47, done: 0, hours: 257 }));
    expect(mail.subject).toBe("Your quarterly summary: 42 activities completed, 128.5 hours");
    expect(mail.text).toContain("Activities: 47, same as the quarter before\n");
    expect(mail.text).toContain("Completed: 42, +42 on the quarter before\n");
    expect(mail.text).toContain("Hours logged: 128.5, -128.5 (-50%) on the quarter before\n");
    expect(mail.text).toMatch(/January 1\s–\sMarch 31, 2026: 128\.5\n {2}Quarter before: 257\n/u);
    expect(mail.html).toMatch(/width="50%" class="t-bar"[\s\S]*width="100%" class="t-faint"/u);
  });

  test("gives no percentage of nothing, nor one beyond ten times as much", () => {
    expect(render(summary({ total: 1, done: 0, hours: 0 })).text).not.toMatch(/%/u);
    expect(render(summary({ total: 10, done: 0, hours: 0 })).text).toContain("47, +37 (+370%) on");
  });

  test("without a window before claims no change and draws no comparison", () => {
    const { text, html } = render(summary(null));
    expect(text).toContain("Activities: 47\n");
    expect(text).not.toContain("before");
    expect(html).not.toContain('class="t-bar"');
  });
});

describe("the frame", () => {
  const plain: EmailContent = { type: "test" };

  test("shows the unsubscribe link and the reason where there is a link", () => {
    const { html, text } = render(
      { type: "new_match", matches: [{ title: "x", score: 1 }] },
      { ...LINKS, unsubscribe: "https://t.test/unsubscribe/abc", preferences: "https://t.test/p" },
    );
    expect(html).toMatch(
      /<a href="https:\/\/t\.test\/unsubscribe\/abc"[^>]*>Unsubscribe from new match alerts<\/a>/u,
    );
    expect(text).toContain("because you are subscribed to new match alerts");
    expect(text).toContain("Unsubscribe from new match alerts: https://t.test/unsubscribe/abc");
    expect(text).toContain("Email preferences: https://t.test/p");
  });

  test("calls a mail without an unsubscribe link a service message", () => {
    const { html, text } = render(plain);
    expect(html + text).not.toContain("nsubscribe");
    expect(text).toContain("service message");
  });

  test("has what mail clients need: no layout table without its role, dark mode, a hidden preheader", () => {
    const { html } = render(plain);
    const tables = html.match(/<table[^>]*>/gu) ?? [];
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) expect(table).toContain('role="presentation"');
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain("@media (prefers-color-scheme:dark)");
    expect(html).toMatch(/display:none[^>]*>Your email delivery works\./u);
    expect(html).toContain("max-width:600px");
  });
});
