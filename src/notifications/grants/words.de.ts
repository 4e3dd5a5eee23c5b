import type { deadlineWords as deadlineEn, matchWords as matchEn } from "./words.en.ts";

export const matchWords: typeof matchEn = {
  score: (percent) => `${percent} Übereinstimmung`,
  deadline: (date) => `Frist: ${date}`,
  noDeadline: "Keine Frist",
};

export const deadlineWords: typeof deadlineEn = {
  deadline: (date) => `Frist: ${date}`,
  passedBadge: "Abgelaufen",
  reasons: { matched: "Passt zu Ihrem Profil", applied: "Sie haben einen Antrag gestellt" },
};
