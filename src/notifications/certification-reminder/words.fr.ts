import { counted, form, when } from "../../content/wording/fr.ts";
import type { en } from "./words.en.ts";

export const fr: typeof en = {
  name: "Rappels de certifications",
  email: {
    subject: (expired, ahead, first) => {
      if (expired.value + ahead.value === 1)
        return first === null ? "Votre certification a expiré" : `Votre certification expire ${when(first)}`;
      if (first === null) return `${expired.text} de vos certifications ${form(expired, "a", "ont")} expiré`;
      if (expired.value === 0)
        return `${ahead.text} de vos certifications expirent bientôt, la première ${when(first)}`;
      return `${counted(expired, "certification a", "certifications ont")} expiré, ${counted(ahead, "expire", "expirent")} bientôt`;
    },
    intro: (count) =>
      count.value === 1
        ? "Pensez à renouveler cette certification à temps pour qu’elle reste valable."
        : "Pensez à renouveler ces certifications à temps pour qu’elles restent valables.",
    expires: (date) => `Expire le ${date}`,
    expired: (date) => `A expiré le ${date}`,
    expiredBadge: "Expirée",
    button: "Voir vos certifications",
  },
};
