import type { activated as activatedEn } from "./words.en.ts";

type Facts = Parameters<typeof activatedEn.in_app.body>[0];

// A mentor's gender is not known, so no text has an article, a pronoun or "Mentor" that would need it.
const both = { mentor: "Peer-Mentoring", reason: "Grund", button: "Profil ansehen" };

const from = (mentor: string) => `${mentor} aus dem von Ihnen koordinierten Peer-Mentoring`;

const pausedFrom = ({ mentor, day }: Facts) => `${from(mentor)} pausiert ab dem ${day}.`;

export const activated: typeof activatedEn = {
  name: "Beginn von Pausen im Peer-Mentoring",
  email: {
    ...both,
    subject: (mentor) => `${mentor} macht eine Pause`,
    intro: (mentor) => `${from(mentor)} macht eine Pause.`,
    date: "Pause ab",
  },
  push: { title: ({ mentor }) => `${mentor} macht eine Pause`, body: pausedFrom },
  in_app: {
    body: (facts) =>
      facts.reason === null ? pausedFrom(facts) : `${pausedFrom(facts)} Grund: ${facts.reason}`,
  },
};

const nowIs = ({ mentor, status }: Facts) => `${from(mentor)} pausiert nicht mehr. Status: ${status}.`;

export const deactivated: typeof activatedEn = {
  name: "Ende von Pausen im Peer-Mentoring",
  email: {
    ...both,
    subject: (mentor) => `${mentor} ist wieder aktiv`,
    intro: (mentor) => `${from(mentor)} ist aus der Pause zurück.`,
    date: "Wieder aktiv ab",
  },
  push: { title: ({ mentor }) => `${mentor} pausiert nicht mehr`, body: nowIs },
  in_app: { body: nowIs },
};
