import { noon, SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { DAY } from "../../lib/clock.ts";
import { email } from "./email.ts";
import { statsSummaryPayload } from "./payload.ts";
import { words } from "./words.ts";

/** What a user did in a week, a month, a quarter or a year that has ended. */
export const statsSummary = defineType({
  id: "stats_summary",
  category: "activity",
  channels: ["push"],
  fallback: "email",
  critical: false,
  transactional: null,
  preference: null,
  dedupe: "summary",
  // The next summary comes after a week at the earliest.
  goodForMs: 7 * DAY,
  supersedes: false,
  ownBudget: false,
  linkCode: 10,
  payload: statsSummaryPayload,
  words,
  email,
  sample: (now) => ({
    time_window: "weekly" as const,
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
});
