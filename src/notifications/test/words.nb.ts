import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const nb: typeof en = {
  name: "Testmeldinger",
  email: {
    subject: `Test-e-post fra ${BRAND}`,
    preheader: "E-posten din kommer fram.",
    body: "Hvis du kan lese dette, kommer e-posten fram som den skal. Du trenger ikke å gjøre noe mer.",
    sent: "Sendt",
    timezone: "Tidssone",
    locale: "Språk og region",
  },
};
