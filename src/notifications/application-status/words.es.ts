import type { en } from "./words.en.ts";

export const es: typeof en = {
  name: "Novedades de sus solicitudes",
  email: {
    subject: (status, grant) => `Estado de la solicitud: ${status} – ${grant}`,
    title: "Su solicitud tiene un nuevo estado",
    intro: (grant, status) => `Su solicitud para «${grant}» tiene ahora el estado «${status}».`,
    grant: "Subvención",
    status: "Estado",
    previous: "Antes",
    button: "Ver su solicitud",
  },
};
