import type { activated as activatedEn } from "./words.en.ts";

type Facts = Parameters<typeof activatedEn.in_app.body>[0];

// A mentor's gender is not known, so no text has an article or a participle that would need it.
const both = { mentor: "Mentorat par les pairs", reason: "Motif", button: "Voir le profil" };

const coordinated = (mentor: string) => `${mentor}, que vous coordonnez dans le mentorat par les pairs,`;

const pausedFrom = ({ mentor, day }: Facts) => `${coordinated(mentor)} fait une pause à partir du ${day}.`;

export const activated: typeof activatedEn = {
  name: "Pauses dans le mentorat par les pairs",
  email: {
    ...both,
    subject: (mentor) => `${mentor} fait une pause`,
    intro: (mentor) => `${coordinated(mentor)} fait une pause.`,
    date: "Début de la pause",
  },
  push: { title: ({ mentor }) => `${mentor} fait une pause`, body: pausedFrom },
  in_app: {
    body: (facts) =>
      facts.reason === null ? pausedFrom(facts) : `${pausedFrom(facts)} Motif\u00a0: ${facts.reason}`,
  },
};

const nowIs = ({ mentor, status }: Facts) =>
  `${coordinated(mentor)} n’est plus en pause. Statut\u00a0: ${status}.`;

export const deactivated: typeof activatedEn = {
  name: "Retours de pause dans le mentorat par les pairs",
  email: {
    ...both,
    subject: (mentor) => `${mentor} est de retour`,
    intro: (mentor) => `${coordinated(mentor)} est de retour après une pause.`,
    date: "Date de retour",
  },
  push: { title: ({ mentor }) => `${mentor} n’est plus en pause`, body: nowIs },
  in_app: { body: nowIs },
};
