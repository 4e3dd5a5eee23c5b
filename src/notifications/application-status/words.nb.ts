import type { en } from "./words.en.ts";

export const nb: typeof en = {
  name: "Nytt om søknader",
  email: {
    subject: (status, grant) => `Søknadsstatus: ${status} – ${grant}`,
    title: "Søknaden din har fått ny status",
    intro: (grant, status) => `Søknaden din om «${grant}» har nå statusen «${status}».`,
    grant: "Tilskudd",
    status: "Status",
    previous: "Tidligere",
    button: "Se søknaden",
  },
};
