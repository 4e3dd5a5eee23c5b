import type { Days } from "../format.ts";
import { BRAND } from "../theme.ts";
import type { en } from "./en.ts";
import { pluralsIn } from "./plural.ts";

export const { form, counted } = pluralsIn("de");

/** "in 30 Tagen", "morgen", "vor 3 Tagen". */
export function when({ past, days }: Days): string {
  if (days.value === 0) return "heute";
  if (days.value === 1) return past ? "gestern" : "morgen";
  return past ? `vor ${days.text} Tagen` : `in ${days.text} Tagen`;
}

/**
 * The German texts. They say "Sie". Names of types stand in quotation marks, as they cannot be declined. The greeting ends
 * with a comma, so what follows it begins with a noun, a name or "Sie". No text has an "ß", so that it is right in Switzerland.
 */
export const de: typeof en = {
  language: "de",
  colon: ": ",
  greeting: (name) => (name === null ? "Guten Tag," : `Guten Tag ${name},`),
  more: (count) => `… und ${counted(count, "weiterer Eintrag", "weitere Einträge")}.`,
  when,

  footer: {
    subscribed: (type) => `Sie erhalten diese E-Mail, weil Sie „${type}“ abonniert haben.`,
    service: `Dies ist eine Servicenachricht zu Ihrem ${BRAND}-Konto.`,
    unsubscribe: (type) => `„${type}“ abbestellen`,
    preferences: "E-Mail-Einstellungen",
  },

  categories: {
    all: "Alles",
    matches: "Treffer",
    deadlines: "Fristen",
    digest: "Wochenübersicht",
    applications: "Anträge",
    certifications: "Zertifikate",
    mentors: "Mentorinnen und Mentoren",
    activity: "Aktivitätsübersichten",
    messages: "Nachrichten",
    account: "Konto",
  },

  unsubscribe: {
    address: (address) => `E-Mail-Adresse: ${address}`,
    ask: {
      title: (type) => `„${type}“ abbestellen?`,
      text: () => "Sie erhalten dann keine E-Mails dieser Art mehr. Alle anderen E-Mails kommen wie bisher.",
    },
    off: {
      title: "Sie erhalten diese E-Mails nicht mehr",
      text: (type) => `Sie erhalten von ${BRAND} keine E-Mails der Art „${type}“ mehr.`,
    },
    all_off: {
      title: "Alle E-Mails sind abgestellt",
      text: () =>
        `Sie erhalten von ${BRAND} keine E-Mails mehr, abgesehen von Testnachrichten, die Sie selbst anfordern.`,
    },
    on: {
      title: "Sie erhalten diese E-Mails wieder",
      text: (type) => `Sie erhalten von ${BRAND} E-Mails der Art „${type}“.`,
    },
    saved: {
      title: "Ihre Auswahl ist gespeichert",
      text: () => "Sie gilt ab sofort.",
    },
    matrix: {
      title: "Alle Ihre Benachrichtigungen",
      text: "Wählen Sie, was Sie auf welchem Weg erhalten. Wo „Alles“ aus ist, kommt nichts an.",
      locked: "Über die grauen Kästchen entscheidet Ihre Organisation.",
      save: "Speichern",
      channels: { push: "Push-Nachricht", email: "E-Mail", in_app: "In der App", sms: "SMS", chat: "Chat" },
    },
    invalid: {
      title: "Dieser Link funktioniert nicht",
      text: "Vielleicht wurde er abgeschnitten. Bitte öffnen Sie ihn noch einmal aus der E-Mail oder legen Sie in Ihren E-Mail-Einstellungen fest, was Sie erhalten möchten.",
    },
    buttons: {
      unsubscribe: (type) => `„${type}“ abbestellen`,
      unsubscribe_all: () => "Alle E-Mails abstellen",
      resubscribe: (type) => `Rückgängig: „${type}“ wieder abonnieren`,
      resubscribe_all: () => "Rückgängig: E-Mails wieder einschalten",
    },
  },
};
