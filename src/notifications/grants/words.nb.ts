import type { deadlineWords as deadlineEn, matchWords as matchEn } from "./words.en.ts";

export const matchWords: typeof matchEn = {
  score: (percent) => `${percent} samsvar`,
  deadline: (date) => `Frist: ${date}`,
  noDeadline: "Ingen frist",
};

export const deadlineWords: typeof deadlineEn = {
  deadline: (date) => `Frist: ${date}`,
  passedBadge: "Utløpt",
  reasons: { matched: "Passer til profilen din", applied: "Du har søkt" },
};
