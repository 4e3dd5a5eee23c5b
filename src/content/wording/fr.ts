import type { Days } from "../format.ts";
import { BRAND } from "../theme.ts";
import type { en } from "./en.ts";
import { pluralsIn } from "./plural.ts";

export const { form, counted } = pluralsIn("fr");

/** "« Bilans d’activité »", with the spaces that French has inside. */
export const quoted = (text: string): string => `«\u00a0${text}\u00a0»`;

/** "dans 30 jours", "demain", "il y a 3 jours". */
export function when({ past, days }: Days): string {
  if (days.value === 0) return "aujourd’hui";
  if (days.value === 1) return past ? "hier" : "demain";
  return past ? `il y a ${days.text} jours` : `dans ${days.text} jours`;
}

/**
 * The French texts. They say "vous", and avoid participles that would name the reader's gender. A no-break space precedes
 * a colon (U+00A0) and `; ! ?` (the narrow U+202F). Names of types stand in quotation marks.
 */
export const fr: typeof en = {
  language: "fr",
  colon: "\u00a0: ",
  greeting: (name) => (name === null ? "Bonjour," : `Bonjour ${name},`),
  more: (count) => `… et ${counted(count, "autre", "autres")}.`,
  when,

  footer: {
    subscribed: (type) => `Vous recevez cet e-mail en raison de votre abonnement à ${quoted(type)}.`,
    service: `Ceci est un message de service concernant votre compte ${BRAND}.`,
    unsubscribe: (type) => `Se désabonner de ${quoted(type)}`,
    preferences: "Préférences d’e-mail",
  },

  categories: {
    all: "Tout",
    matches: "Correspondances",
    deadlines: "Dates limites",
    digest: "Résumé hebdomadaire",
    applications: "Candidatures",
    certifications: "Certificats",
    mentors: "Mentorat",
    activity: "Bilans d’activité",
    messages: "Notifications",
    account: "Compte",
  },

  unsubscribe: {
    address: (address) => `Adresse e-mail\u00a0: ${address}`,
    ask: {
      title: (type) => `Se désabonner de ${quoted(type)}\u202f?`,
      text: () => "Vous ne recevrez plus d’e-mails de ce type. Rien ne change pour les autres e-mails.",
    },
    off: {
      title: "Désabonnement effectué",
      text: (type) => `Vous ne recevrez plus d’e-mails du type ${quoted(type)} de la part de ${BRAND}.`,
    },
    all_off: {
      title: "Tous les e-mails sont désactivés",
      text: () =>
        `Vous ne recevrez plus d’e-mails de la part de ${BRAND}, à part les messages de test que vous demandez vous-même.`,
    },
    on: {
      title: "Abonnement actif",
      text: (type) => `Vous recevez les e-mails du type ${quoted(type)} de la part de ${BRAND}.`,
    },
    saved: {
      title: "Vos choix sont enregistrés",
      text: () => "Ils s’appliquent dès maintenant.",
    },
    matrix: {
      title: "Toutes vos notifications",
      text: `Choisissez ce que vous recevez, et où. Là où ${quoted("Tout")} est désactivé, rien n’arrive.`,
      locked: "Votre organisation décide des cases grisées.",
      save: "Enregistrer",
      channels: {
        push: "Notification push",
        email: "E-mail",
        in_app: "Dans l’appli",
        sms: "SMS",
        chat: "Chat",
      },
    },
    invalid: {
      title: "Ce lien ne fonctionne pas",
      text: "Il a peut-être été coupé en deux. Ouvrez-le à nouveau depuis l’e-mail, ou choisissez ce que vous recevez dans vos préférences d’e-mail.",
    },
    buttons: {
      unsubscribe: (type) => `Me désabonner de ${quoted(type)}`,
      unsubscribe_all: () => "Désactiver tous les e-mails",
      resubscribe: (type) => `Annuler\u00a0: me réabonner à ${quoted(type)}`,
      resubscribe_all: () => "Annuler\u00a0: réactiver les e-mails",
    },
  },
};
