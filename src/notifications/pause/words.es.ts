import type { activated as activatedEn } from "./words.en.ts";

type Facts = Parameters<typeof activatedEn.in_app.body>[0];

// A mentor's gender is not known, so no text has an article or an adjective that would need it.
const both = { mentor: "Mentoría entre pares", reason: "Motivo", button: "Ver el perfil" };

const coordinated = (mentor: string) => `${mentor}, de la mentoría entre pares que usted coordina,`;

const pausedFrom = ({ mentor, day }: Facts) => `${coordinated(mentor)} hace una pausa a partir del ${day}.`;

export const activated: typeof activatedEn = {
  name: "Pausas en la mentoría entre pares",
  email: {
    ...both,
    subject: (mentor) => `${mentor} hace una pausa`,
    intro: (mentor) => `${coordinated(mentor)} hace una pausa.`,
    date: "Inicio de la pausa",
  },
  push: { title: ({ mentor }) => `${mentor} hace una pausa`, body: pausedFrom },
  in_app: {
    body: (facts) =>
      facts.reason === null ? pausedFrom(facts) : `${pausedFrom(facts)} Motivo: ${facts.reason}`,
  },
};

const nowIs = ({ mentor, status }: Facts) => `${coordinated(mentor)} ya no está en pausa. Estado: ${status}.`;

export const deactivated: typeof activatedEn = {
  name: "Regresos de pausas en la mentoría entre pares",
  email: {
    ...both,
    subject: (mentor) => `${mentor} vuelve a la actividad`,
    intro: (mentor) => `${coordinated(mentor)} ha vuelto de su pausa.`,
    date: "Fecha de regreso",
  },
  push: { title: ({ mentor }) => `${mentor} ya no está en pausa`, body: nowIs },
  in_app: { body: nowIs },
};
