import type { Amount } from "../../content/format.ts";
import { counted } from "../../content/wording/fr.ts";
import type { en, Window } from "./words.en.ts";

/** Each window: the adjective, the window before, and that after "par rapport". */
const WINDOWS: Record<Window, { adjective: string; before: string; to: string }> = {
  weekly: { adjective: "hebdomadaire", before: "Semaine précédente", to: "à la semaine précédente" },
  monthly: { adjective: "mensuel", before: "Mois précédent", to: "au mois précédent" },
  quarterly: { adjective: "trimestriel", before: "Trimestre précédent", to: "au trimestre précédent" },
  yearly: { adjective: "annuel", before: "Année précédente", to: "à l’année précédente" },
};

const both: Pick<typeof en.push, "title" | "change" | "noChange"> = {
  title: (window) => `Votre bilan ${WINDOWS[window].adjective}`,
  change: (window, change, percent) =>
    `${change}${percent === null ? "" : ` (${percent})`} par rapport ${WINDOWS[window].to}`,
  noChange: (window) => `sans changement par rapport ${WINDOWS[window].to}`,
};

const done = (completed: Amount, hours: Amount) =>
  `${counted(completed, "activité terminée", "activités terminées")}, ${counted(hours, "heure", "heures")}`;

export const fr: typeof en = {
  name: "Bilans d’activité",
  email: {
    ...both,
    subject: (window, completed, hours) => `${both.title(window)}\u00a0: ${done(completed, hours)}`,
    intro: (range) => `Voici votre activité pour la période\u00a0: ${range}.`,
    total: "Activités",
    completed: "Terminées",
    hours: "Heures enregistrées",
    chart: "Heures enregistrées",
    before: (window) => WINDOWS[window].before,
    button: "Voir vos activités",
  },
  push: { ...both, body: (completed, hours, note) => `${done(completed, hours)} (${note})` },
};
