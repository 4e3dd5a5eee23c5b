import { type EmailRecipient, type RenderedEmail, renderEmail } from "./render.ts";
import type { NotificationType } from "./type.ts";

/** A type's sample as a mail. */
export interface Preview extends RenderedEmail {
  /** The type's id, with the reader's suffix unless it is the first reader: `weekly_digest.ar`. */
  name: string;
}

const UNSUBSCRIBE = "https://tidings.example.org/unsubscribe/sample";
const LINKS = { preferences: "https://app.example.org/preferences", home: "https://app.example.org" };

/** The recipients of the samples: one for each language that we have words in, and one who reads from the right. */
const READERS: readonly (EmailRecipient & { suffix: string })[] = [
  { suffix: "", name: "Ada Lovelace", locale: "en-GB", timezone: "Europe/London" },
  { suffix: ".nb", name: "Kari Nordmann", locale: "nb-NO", timezone: "Europe/Oslo" },
  { suffix: ".de", name: "Erika Mustermann", locale: "de-DE", timezone: "Europe/Berlin" },
  { suffix: ".fr", name: "Camille Martin", locale: "fr-FR", timezone: "Europe/Paris" },
  { suffix: ".es", name: "Lucía García", locale: "es-ES", timezone: "Europe/Madrid" },
  { suffix: ".ar", name: "فاطمة الفهرية", locale: "ar-EG", timezone: "Africa/Cairo" },
];

/** The sample of each type, for each reader. @param now epoch ms */
export const previews = (types: readonly NotificationType[], now: number): Preview[] =>
  READERS.flatMap(({ suffix, ...reader }) =>
    types.map((type) => {
      const links = { ...LINKS, unsubscribe: type.transactional === null ? UNSUBSCRIBE : null };
      const mail = renderEmail({ type, content: type.sample(now) }, reader, links, now);
      return { name: `${type.id}${suffix}`, ...mail };
    }),
  );
