import type { deadlineWords as deadlineEn, matchWords as matchEn } from "./words.en.ts";

export const matchWords: typeof matchEn = {
  score: (percent) => `${percent} de correspondance`,
  deadline: (date) => `Date limite\u00a0: ${date}`,
  noDeadline: "Sans date limite",
};

export const deadlineWords: typeof deadlineEn = {
  deadline: (date) => `Date limite\u00a0: ${date}`,
  passedBadge: "Dépassée",
  reasons: { matched: "Correspond à votre profil", applied: "Vous avez déposé une demande" },
};
