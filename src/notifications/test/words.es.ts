import { BRAND } from "../../content/theme.ts";
import type { en } from "./words.en.ts";

export const es: typeof en = {
  name: "Mensajes de prueba",
  email: {
    subject: `Correo de prueba de ${BRAND}`,
    preheader: "Sus correos llegan correctamente.",
    body: "Si puede leer esto, los correos llegan correctamente. No tiene que hacer nada más.",
    sent: "Enviado",
    timezone: "Zona horaria",
    locale: "Idioma y región",
  },
};
