import type { en } from "./words.en.ts";

export const de: typeof en = {
  name: "Neues zu Ihren Anträgen",
  email: {
    subject: (status, grant) => `Antragsstatus: ${status} – ${grant}`,
    title: "Ihr Antrag hat einen neuen Status",
    intro: (grant, status) => `Ihr Antrag für „${grant}“ hat jetzt den Status „${status}“.`,
    grant: "Förderung",
    status: "Status",
    previous: "Vorher",
    button: "Antrag ansehen",
  },
};
