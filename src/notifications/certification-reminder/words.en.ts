import type { Amount, Days } from "../../content/format.ts";
import { counted, when } from "../../content/wording/en.ts";

export const en = {
  name: "certification reminders",
  email: {
    subject: (expired: Amount, ahead: Amount, first: Days | null) => {
      if (expired.value + ahead.value === 1)
        return first === null
          ? "Your certification has expired"
          : `Your certification expires ${when(first)}`;
      if (first === null) return `${expired.text} of your certifications have expired`;
      if (expired.value === 0)
        return `${ahead.text} of your certifications expire soon, the first ${when(first)}`;
      return `${counted(expired, "certification has", "certifications have")} expired, ${counted(ahead, "expires", "expire")} soon`;
    },
    intro: (count: Amount): string =>
      count.value === 1
        ? "This certification needs your attention. Please renew it in time, so that it stays valid."
        : "These certifications need your attention. Please renew them in time, so that they stay valid.",
    expires: (date: string) => `Expires on ${date}`,
    expired: (date: string) => `Expired on ${date}`,
    expiredBadge: "Expired",
    button: "View your certifications",
  },
};
