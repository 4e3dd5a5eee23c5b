import type { Amount } from "../../content/format.ts";
import { counted } from "../../content/wording/de.ts";
import type { en, Window } from "./words.en.ts";

/** Each window: its summary, the window before, and that after "gegenüber" and "wie". */
const WINDOWS: Record<Window, { summary: string; before: string; against: string; as: string }> = {
  weekly: { summary: "Wochenrückblick", before: "Vorwoche", against: "der Vorwoche", as: "in der Vorwoche" },
  monthly: { summary: "Monatsrückblick", before: "Vormonat", against: "dem Vormonat", as: "im Vormonat" },
  quarterly: {
    summary: "Quartalsrückblick",
    before: "Vorquartal",
    against: "dem Vorquartal",
    as: "im Vorquartal",
  },
  yearly: { summary: "Jahresrückblick", before: "Vorjahr", against: "dem Vorjahr", as: "im Vorjahr" },
};

const both: Pick<typeof en.push, "title" | "change" | "noChange"> = {
  title: (window) => `Ihr ${WINDOWS[window].summary}`,
  change: (window, change, percent) =>
    `${change}${percent === null ? "" : ` (${percent})`} gegenüber ${WINDOWS[window].against}`,
  noChange: (window) => `wie ${WINDOWS[window].as}`,
};

const done = (completed: Amount, hours: Amount) =>
  `${counted(completed, "Aktivität", "Aktivitäten")} abgeschlossen, ${counted(hours, "Stunde", "Stunden")}`;

export const de: typeof en = {
  name: "Rückblicke auf Ihre Aktivitäten",
  email: {
    ...both,
    subject: (window, completed, hours) => `${both.title(window)}: ${done(completed, hours)}`,
    intro: (range) => `Ihre Aktivitäten im Zeitraum ${range}:`,
    total: "Aktivitäten",
    completed: "Abgeschlossen",
    hours: "Erfasste Stunden",
    chart: "Erfasste Stunden",
    before: (window) => WINDOWS[window].before,
    button: "Aktivitäten ansehen",
  },
  push: { ...both, body: (completed, hours, note) => `${done(completed, hours)} (${note})` },
};
