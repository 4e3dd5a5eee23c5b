import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const de: typeof en = {
  name: "Testnachrichten",
  email: {
    subject: `Test-E-Mail von ${BRAND}`,
    preheader: "Die Zustellung Ihrer E-Mails funktioniert.",
    body: "Sie lesen diese Nachricht, also funktioniert die Zustellung von E-Mails. Sie müssen nichts weiter tun.",
    sent: "Gesendet",
    timezone: "Zeitzone",
    locale: "Sprache und Region",
  },
};
