import type { Amount } from "../../content/format.ts";
import { counted } from "../../content/wording/nb.ts";
import type { en, Window } from "./words.en.ts";

/** Each window by name, as part of "…oppsummering", and as the one before. */
const WINDOWS: Record<Window, { summary: string; before: string }> = {
  weekly: { summary: "Ukesoppsummeringen", before: "uken før" },
  monthly: { summary: "Månedsoppsummeringen", before: "måneden før" },
  quarterly: { summary: "Kvartalsoppsummeringen", before: "kvartalet før" },
  yearly: { summary: "Årsoppsummeringen", before: "året før" },
};

const both: Pick<typeof en.push, "title" | "change" | "noChange"> = {
  title: (window) => `${WINDOWS[window].summary} din`,
  change: (window, change, percent) =>
    `${change}${percent === null ? "" : ` (${percent})`} sammenlignet med ${WINDOWS[window].before}`,
  noChange: (window) => `uendret fra ${WINDOWS[window].before}`,
};

const done = (completed: Amount, hours: Amount) =>
  `${counted(completed, "aktivitet", "aktiviteter")} fullført, ${counted(hours, "time", "timer")}`;

export const nb: typeof en = {
  name: "Oppsummeringer av aktivitet",
  email: {
    ...both,
    subject: (window, completed, hours) => `${both.title(window)}: ${done(completed, hours)}`,
    intro: (range) => `Dette gjorde du i perioden ${range}.`,
    total: "Aktiviteter",
    completed: "Fullført",
    hours: "Registrerte timer",
    chart: "Registrerte timer",
    before: (window) => WINDOWS[window].before.replace(/^./u, (c) => c.toUpperCase()),
    button: "Se aktivitetene dine",
  },
  push: { ...both, body: (completed, hours, note) => `${done(completed, hours)} (${note})` },
};
