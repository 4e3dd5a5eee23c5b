import type { activated as activatedEn } from "./words.en.ts";

type Facts = Parameters<typeof activatedEn.in_app.body>[0];

const both = { mentor: "Likeperson", reason: "Årsak", button: "Se likepersonen" };

const pausedFrom = ({ mentor, day }: Facts) =>
  `${mentor}, en likeperson som du koordinerer, tar pause fra ${day}.`;

export const activated: typeof activatedEn = {
  name: "Likepersoner som tar pause",
  email: {
    ...both,
    subject: (mentor) => `${mentor} tar pause`,
    intro: (mentor) => `${mentor}, en likeperson som du koordinerer, tar pause.`,
    date: "Pause fra",
  },
  push: { title: ({ mentor }) => `${mentor} tar pause`, body: pausedFrom },
  in_app: {
    body: (facts) =>
      facts.reason === null ? pausedFrom(facts) : `${pausedFrom(facts)} Årsak: ${facts.reason}`,
  },
};

const nowIs = ({ mentor, status }: Facts) =>
  `${mentor}, en likeperson som du koordinerer, har ikke lenger pause. Status: ${status}.`;

export const deactivated: typeof activatedEn = {
  name: "Likepersoner som kommer tilbake",
  email: {
    ...both,
    subject: (mentor) => `${mentor} er aktiv igjen`,
    intro: (mentor) => `${mentor}, en likeperson som du koordinerer, er tilbake etter en pause.`,
    date: "Aktiv fra",
  },
  push: { title: ({ mentor }) => `${mentor} har ikke lenger pause`, body: nowIs },
  in_app: { body: nowIs },
};
