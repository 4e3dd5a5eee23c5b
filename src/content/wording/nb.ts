import type { Days } from "../format.ts";
import { BRAND } from "../theme.ts";
import type { en } from "./en.ts";
import { pluralsIn } from "./plural.ts";

export const { counted } = pluralsIn("nb");

/** "om 30 dager", "i morgen", "for 3 dager siden". */
export function when({ past, days }: Days): string {
  if (days.value === 0) return "i dag";
  if (days.value === 1) return past ? "i går" : "i morgen";
  return past ? `for ${days.text} dager siden` : `om ${days.text} dager`;
}

/** The Norwegian (Bokmål) texts. They say "du". Names of types stand in quotation marks, as they cannot be declined. */
export const nb: typeof en = {
  language: "nb",
  colon: ": ",
  greeting: (name) => (name === null ? "Hei," : `Hei ${name},`),
  more: (count) => `… og ${count.text} til.`,
  when,

  footer: {
    subscribed: (type) => `Du får denne e-posten fordi du abonnerer på «${type}».`,
    service: `Dette er en tjenestemelding om ${BRAND}-kontoen din.`,
    unsubscribe: (type) => `Meld deg av «${type}»`,
    preferences: "E-postinnstillinger",
  },

  categories: {
    all: "Alt",
    matches: "Treff",
    deadlines: "Frister",
    digest: "Ukesoversikt",
    applications: "Søknader",
    certifications: "Sertifikater",
    mentors: "Mentorer",
    activity: "Aktivitetsoversikter",
    messages: "Meldinger",
    account: "Konto",
  },

  unsubscribe: {
    address: (address) => `E-postadresse: ${address}`,
    ask: {
      title: (type) => `Vil du melde deg av «${type}»?`,
      text: () => "Da får du ikke flere e-poster av denne typen. Alle andre e-poster kommer som før.",
    },
    off: {
      title: "Du er meldt av",
      text: (type) => `Du får ikke flere e-poster av typen «${type}» fra ${BRAND}.`,
    },
    all_off: {
      title: "All e-post er slått av",
      text: () => `Du får ikke flere e-poster fra ${BRAND}, bortsett fra testmeldinger som du selv ber om.`,
    },
    on: {
      title: "Du er påmeldt",
      text: (type) => `Du får e-poster av typen «${type}» fra ${BRAND}.`,
    },
    saved: {
      title: "Valgene dine er lagret",
      text: () => "De gjelder fra nå av.",
    },
    matrix: {
      title: "Alle varslene dine",
      text: "Velg hva du vil få, og hvor. Der «Alt» er slått av, kommer det ingenting.",
      locked: "Organisasjonen din bestemmer over boksene som er grå.",
      save: "Lagre",
      channels: { push: "Push-varsel", email: "E-post", in_app: "I appen", sms: "SMS", chat: "Chat" },
    },
    invalid: {
      title: "Lenken virker ikke",
      text: "Den kan ha blitt delt i to. Åpne den på nytt fra e-posten, eller velg hva du vil få, i e-postinnstillingene dine.",
    },
    buttons: {
      unsubscribe: (type) => `Meld meg av «${type}»`,
      unsubscribe_all: () => "Slå av all e-post",
      resubscribe: (type) => `Angre: meld meg på «${type}» igjen`,
      resubscribe_all: () => "Angre: slå på e-post igjen",
    },
  },
};
