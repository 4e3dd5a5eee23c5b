import { DAY, HOUR } from "../lib/clock.ts";
import type { ContentOf, EmailContent, EmailType } from "./content.ts";

const SITE = "https://app.example.org";

/** The next midnight UTC that is `days` away: what dates without a time look like. */
const midnight = (now: number, days: number): number => (Math.floor(now / DAY) + days) * DAY;

const grant = (now: number, title: string, score: number, days: number | null) => ({
  title,
  score,
  deadline: days === null ? null : midnight(now, days) + 15 * HOUR,
  url: `${SITE}/grants/${title.toLowerCase().replaceAll(/[^a-z]+/gu, "-")}`,
});
const grants = (now: number) => [
  grant(now, "Clean Energy Innovation Fund", 94, 21),
  grant(now, "Rural Broadband & Connectivity Grant", 81, 45),
  grant(now, "Community Resilience Programme", 76, null),
];
const deadlines = (now: number): ContentOf<"deadline_reminder">["deadlines"] => [
  {
    title: "Coastal Restoration Grant",
    deadline: midnight(now, 1) + 16 * HOUR,
    url: `${SITE}/grants/coastal`,
    reason: "applied",
  },
  {
    title: "Youth Mentoring Fund",
    deadline: midnight(now, 7) + 12 * HOUR,
    url: `${SITE}/grants/youth`,
    reason: "matched",
  },
];

/** Noon UTC is the same day almost everywhere: a window from noon to just after noon has the same dates in each zone. */
const noon = (now: number, days: number): number => midnight(now, days) + 12 * HOUR;

/** Content that shows each type at its most typical, with times around `now` (epoch ms). */
const SAMPLES = {
  certification_reminder: (now) => ({
    type: "certification_reminder",
    certifications: [
      { name: "Peer Support, Level 2", expires_at: now + 30 * DAY },
      { name: "First Aid", expires_at: now + 7 * DAY },
      { name: "Safeguarding", expires_at: now - 3 * DAY },
    ],
    url: `${SITE}/certifications`,
  }),
  welcome: () => ({ type: "welcome", org_name: "Riverside Community Trust", url: SITE }),
  new_match: (now) => ({ type: "new_match", matches: grants(now), url: `${SITE}/matches` }),
  deadline_reminder: (now) => ({
    type: "deadline_reminder",
    deadlines: deadlines(now),
    url: `${SITE}/deadlines`,
  }),
  weekly_digest: (now) => ({
    type: "weekly_digest",
    matches: grants(now),
    deadlines: deadlines(now),
    url: `${SITE}/digest`,
  }),
  application_status: () => ({
    type: "application_status",
    grant_title: "Coastal Restoration Grant",
    status: "under_review",
    previous_status: "submitted",
    url: `${SITE}/applications/1`,
  }),
  test: () => ({ type: "test" }),
  pause_activated: (now) => ({
    type: "pause_activated",
    mentor_name: "Kari Nordmann",
    effective_date: midnight(now, 1),
    reason: "Personal leave",
    url: `${SITE}/mentors/kari`,
  }),
  pause_deactivated: (now) => ({
    type: "pause_deactivated",
    mentor_name: "Lars Eriksen",
    effective_date: midnight(now, 1),
    reason: null,
    url: `${SITE}/mentors/lars`,
  }),
  stats_summary: (now) => ({
    type: "stats_summary",
    time_window: "weekly",
    from: noon(now, -7),
    to: noon(now, -1) + 1,
    totals: { total_activities: 14, completed_activities: 12, hours_logged: 23.5 },
    previous: { total_activities: 14, completed_activities: 9, hours_logged: 26 },
    series: [3.5, 6, 0, 4.25, 7.5, 2.25, 0].map((hours_logged, day) => ({
      from: noon(now, day - 7),
      to: noon(now, day - 7) + 1,
      hours_logged,
    })),
    url: `${SITE}/activities`,
  }),
  push: () => ({
    type: "push",
    title: "Your session starts in 15 minutes",
    body: "Room 3, second floor.\n\nPlease bring the signed form along. See you there! 👋",
    url: null,
  }),
} satisfies { [T in EmailType]: (now: number) => ContentOf<T> };

/** Sample content of a type: what POST /test and the preview show. */
export const sampleContent = (type: EmailType, now: number): EmailContent => SAMPLES[type](now);
