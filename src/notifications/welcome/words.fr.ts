import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const fr: typeof en = {
  name: "Messages de bienvenue",
  email: {
    subject: `Bienvenue sur ${BRAND}`,
    preheader: "Votre compte est prêt.",
    joined: (org) => (org === null ? "Votre compte est prêt." : `Votre compte auprès de ${org} est prêt.`),
    promise:
      "Désormais, nous vous informerons de ce qui vous concerne, comme les nouvelles subventions, les dates limites et les certifications qui arrivent à expiration. Vous choisissez les messages que vous souhaitez recevoir.",
    button: "Commencer",
  },
};
