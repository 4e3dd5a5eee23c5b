import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const es: typeof en = {
  name: "Mensajes de bienvenida",
  email: {
    subject: `Le damos la bienvenida a ${BRAND}`,
    preheader: "Su cuenta está lista.",
    joined: (org) => (org === null ? "Su cuenta está lista." : `Su cuenta en ${org} está lista.`),
    promise:
      "A partir de ahora le avisaremos de lo que le concierne, como nuevas subvenciones, fechas límite y certificaciones que van a caducar. Usted decide qué avisos recibe.",
    button: "Empezar",
  },
};
