import { quoted } from "../../content/wording/fr.ts";
import type { en } from "./words.en.ts";

export const fr: typeof en = {
  name: "Suivi des demandes",
  email: {
    subject: (status, grant) => `Statut de la demande\u00a0: ${status} – ${grant}`,
    title: "Votre demande a un nouveau statut",
    intro: (grant, status) => `Votre demande pour ${quoted(grant)} a désormais le statut ${quoted(status)}.`,
    grant: "Subvention",
    status: "Statut",
    previous: "Auparavant",
    button: "Voir votre demande",
  },
};
