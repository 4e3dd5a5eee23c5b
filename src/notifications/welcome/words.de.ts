import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const de: typeof en = {
  name: "Willkommensnachrichten",
  email: {
    subject: `Willkommen bei ${BRAND}`,
    preheader: "Ihr Konto ist bereit.",
    joined: (org) => (org === null ? "Ihr Konto ist bereit." : `Ihr Konto bei ${org} ist bereit.`),
    promise:
      "Ab jetzt informieren wir Sie über alles, was Sie betrifft, zum Beispiel über passende Förderungen, Fristen und ablaufende Zertifikate. Sie entscheiden, welche dieser Nachrichten Sie erhalten.",
    button: "Jetzt starten",
  },
};
