import { counted, form, when } from "../../content/wording/de.ts";
import type { en } from "./words.en.ts";

export const de: typeof en = {
  name: "Erinnerungen an Zertifikate",
  email: {
    subject: (expired, ahead, first) => {
      if (expired.value + ahead.value === 1)
        return first === null ? "Ihr Zertifikat ist abgelaufen" : `Ihr Zertifikat läuft ${when(first)} ab`;
      if (first === null)
        return `${expired.text} Ihrer Zertifikate ${form(expired, "ist", "sind")} abgelaufen`;
      if (expired.value === 0)
        return `${ahead.text} Ihrer Zertifikate laufen bald ab, das erste ${when(first)}`;
      return `${counted(expired, "Zertifikat ist", "Zertifikate sind")} abgelaufen, ${counted(ahead, "läuft", "laufen")} bald ab`;
    },
    intro: (count) =>
      count.value === 1
        ? "Sie sollten dieses Zertifikat rechtzeitig erneuern, damit es gültig bleibt."
        : "Sie sollten diese Zertifikate rechtzeitig erneuern, damit sie gültig bleiben.",
    expires: (date) => `Läuft am ${date} ab`,
    expired: (date) => `Am ${date} abgelaufen`,
    expiredBadge: "Abgelaufen",
    button: "Zertifikate ansehen",
  },
};
