import type { deadlineWords as deadlineEn, matchWords as matchEn } from "./words.en.ts";

export const matchWords: typeof matchEn = {
  score: (percent) => `${percent} de coincidencia`,
  deadline: (date) => `Fecha límite: ${date}`,
  noDeadline: "Sin fecha límite",
};

export const deadlineWords: typeof deadlineEn = {
  deadline: (date) => `Fecha límite: ${date}`,
  passedBadge: "Vencida",
  reasons: { matched: "Encaja con su perfil", applied: "Ha presentado una solicitud" },
};
