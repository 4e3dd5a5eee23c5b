import type { Amount } from "../../content/format.ts";
import { counted } from "../../content/wording/en.ts";

const WINDOWS = { weekly: "week", monthly: "month", quarterly: "quarter", yearly: "year" } as const;
export type Window = keyof typeof WINDOWS;

/** Texts of both the e-mail and the push. */
const both = {
  title: (window: Window) => `Your ${window} summary`,
  change: (window: Window, change: string, percent: string | null) =>
    `${change}${percent === null ? "" : ` (${percent})`} on the ${WINDOWS[window]} before`,
  noChange: (window: Window) => `same as the ${WINDOWS[window]} before`,
};

export const en = {
  name: "activity summaries",
  email: {
    ...both,
    subject: (window: Window, completed: Amount, hours: Amount) =>
      `Your ${window} summary: ${counted(completed, "activity", "activities")} completed, ${counted(hours, "hour", "hours")}`,
    intro: (range: string) => `This is what you did: ${range}.`,
    total: "Activities",
    completed: "Completed",
    hours: "Hours logged",
    chart: "Hours logged",
    before: (window: Window) => `${WINDOWS[window].replace(/^./u, (c) => c.toUpperCase())} before`,
    button: "View your activities",
  },
  push: {
    ...both,
    /** `note`: the change since the window before. */
    body: (completed: Amount, hours: Amount, note: string) =>
      `${counted(completed, "activity", "activities")} completed, ${counted(hours, "hour", "hours")} (${note})`,
  },
};
