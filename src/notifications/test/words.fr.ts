import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const fr: typeof en = {
  name: "Messages de test",
  email: {
    subject: `E-mail de test de ${BRAND}`,
    preheader: "Vos e-mails arrivent bien.",
    body: "Si vous lisez ce message, c’est que les e-mails arrivent bien. Vous n’avez rien d’autre à faire.",
    sent: "Envoyé",
    timezone: "Fuseau horaire",
    locale: "Langue et région",
  },
};
