import { z } from "zod";
import { line, link, time } from "../../content/fields.ts";
import { midnight, SITE } from "../../content/sample.ts";
import { HOUR } from "../../lib/clock.ts";

/** A match in a payload. `score` is 0–100. */
export const match = z.object({ title: line, score: z.number(), deadline: time.nullish(), url: link });
export type Match = z.output<typeof match>;

/** A deadline in a payload. */
export const deadline = z.object({
  title: line,
  deadline: time,
  url: link,
  /** Why the recipient gets a message about this grant. */
  reason: z.enum(["matched", "applied"]).nullish(),
});
export type Deadline = z.output<typeof deadline>;

const sampleMatch = (now: number, title: string, score: number, days: number | null): Match => ({
  title,
  score,
  deadline: days === null ? null : midnight(now, days) + 15 * HOUR,
  url: `${SITE}/grants/${title.toLowerCase().replaceAll(/[^a-z]+/gu, "-")}`,
});

export const sampleMatches = (now: number): Match[] => [
  sampleMatch(now, "Clean Energy Innovation Fund", 94, 21),
  sampleMatch(now, "Rural Broadband & Connectivity Grant", 81, 45),
  sampleMatch(now, "Community Resilience Programme", 76, null),
];

export const sampleDeadlines = (now: number): Deadline[] => [
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
