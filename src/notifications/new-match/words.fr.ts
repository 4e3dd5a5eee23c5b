import { counted } from "../../content/wording/fr.ts";
import { matchWords } from "../grants/words.fr.ts";
import type { en } from "./words.en.ts";

export const fr: typeof en = {
  name: "Alertes de nouvelles subventions",
  email: {
    subject: (count) =>
      `${counted(count, "nouvelle subvention correspond", "nouvelles subventions correspondent")} à votre profil`,
    intro: (count) =>
      count.value === 1
        ? "Nous avons trouvé une subvention qui correspond à votre profil."
        : "Nous avons trouvé des subventions qui correspondent à votre profil, de la plus à la moins pertinente.",
    match: matchWords,
    button: "Voir toutes les subventions trouvées",
  },
};
