import { counted, when } from "../../content/wording/nb.ts";
import type { en } from "./words.en.ts";

export const nb: typeof en = {
  name: "Påminnelser om sertifikater",
  email: {
    subject: (expired, ahead, first) => {
      if (expired.value + ahead.value === 1)
        return first === null ? "Sertifikatet ditt er utløpt" : `Sertifikatet ditt utløper ${when(first)}`;
      if (first === null) return `${expired.text} av sertifikatene dine er utløpt`;
      if (expired.value === 0)
        return `${ahead.text} av sertifikatene dine utløper snart, det første ${when(first)}`;
      return `${counted(expired, "sertifikat", "sertifikater")} er utløpt, ${ahead.text} utløper snart`;
    },
    intro: (count) =>
      count.value === 1
        ? "Husk å fornye dette sertifikatet i tide, så det fortsatt er gyldig."
        : "Husk å fornye disse sertifikatene i tide, så de fortsatt er gyldige.",
    expires: (date) => `Utløper ${date}`,
    expired: (date) => `Gikk ut ${date}`,
    expiredBadge: "Utløpt",
    button: "Se sertifikatene dine",
  },
};
