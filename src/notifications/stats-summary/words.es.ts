import type { Amount } from "../../content/format.ts";
import { counted } from "../../content/wording/es.ts";
import type { en, Window } from "./words.en.ts";

/** Each window: the adjective, and the window before with its article. */
const WINDOWS: Record<Window, { adjective: string; article: string; before: string }> = {
  weekly: { adjective: "semanal", article: "la", before: "semana anterior" },
  monthly: { adjective: "mensual", article: "el", before: "mes anterior" },
  quarterly: { adjective: "trimestral", article: "el", before: "trimestre anterior" },
  yearly: { adjective: "anual", article: "el", before: "año anterior" },
};

const theOneBefore = (window: Window) => `${WINDOWS[window].article} ${WINDOWS[window].before}`;

const both: Pick<typeof en.push, "title" | "change" | "noChange"> = {
  title: (window) => `Su balance ${WINDOWS[window].adjective}`,
  change: (window, change, percent) =>
    `${change}${percent === null ? "" : ` (${percent})`} en comparación con ${theOneBefore(window)}`,
  noChange: (window) => `igual que ${theOneBefore(window)}`,
};

const done = (completed: Amount, hours: Amount) =>
  `${counted(completed, "actividad completada", "actividades completadas")}, ${counted(hours, "hora", "horas")}`;

export const es: typeof en = {
  name: "Balances de actividad",
  email: {
    ...both,
    subject: (window, completed, hours) => `${both.title(window)}: ${done(completed, hours)}`,
    intro: (range) => `Esta fue su actividad: ${range}.`,
    total: "Actividades",
    completed: "Completadas",
    hours: "Horas registradas",
    chart: "Horas registradas",
    before: (window) => WINDOWS[window].before.replace(/^./u, (c) => c.toUpperCase()),
    button: "Ver sus actividades",
  },
  push: { ...both, body: (completed, hours, note) => `${done(completed, hours)} (${note})` },
};
