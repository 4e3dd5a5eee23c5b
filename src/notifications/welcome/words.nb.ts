import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const nb: typeof en = {
  name: "Velkomstmeldinger",
  email: {
    subject: `Velkommen til ${BRAND}`,
    preheader: "Kontoen din er klar.",
    joined: (org) => (org === null ? "Kontoen din er klar." : `Kontoen din hos ${org} er klar.`),
    promise:
      "Fra nå av sier vi fra om det som angår deg, for eksempel nye treff, frister og sertifikater som utløper. Du bestemmer selv hva du vil få.",
    button: "Kom i gang",
  },
};
