import { counted } from "../../content/wording/fr.ts";
import { deadlineWords, matchWords } from "../grants/words.fr.ts";
import type { en } from "./words.en.ts";

export const fr: typeof en = {
  name: "Récapitulatif hebdomadaire",
  email: {
    subject: (matches, deadlines) => {
      const parts = [
        ...(matches.value > 0 ? [counted(matches, "nouvelle subvention", "nouvelles subventions")] : []),
        ...(deadlines.value > 0 ? [counted(deadlines, "date limite à venir", "dates limites à venir")] : []),
      ];
      return parts.length === 0
        ? "Votre récapitulatif hebdomadaire"
        : `Votre récapitulatif hebdomadaire\u00a0: ${parts.join(", ")}`;
    },
    title: "Votre récapitulatif hebdomadaire",
    intro: "Voici les nouveautés de la semaine et ce qui vous attend.",
    nothing: "Une semaine calme\u00a0: aucune nouvelle subvention et aucune date limite à venir.",
    matches: "Nouvelles subventions",
    match: matchWords,
    deadlines: "Dates limites à venir",
    deadline: deadlineWords,
    button: "Tout voir",
  },
};
