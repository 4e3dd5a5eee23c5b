import { counted, form, when } from "../../content/wording/es.ts";
import type { en } from "./words.en.ts";

export const es: typeof en = {
  name: "Recordatorios de certificaciones",
  email: {
    subject: (expired, ahead, first) => {
      if (expired.value + ahead.value === 1)
        return first === null ? "Su certificación ha caducado" : `Su certificación caduca ${when(first)}`;
      if (first === null)
        return `${expired.text} de sus certificaciones ${form(expired, "ha", "han")} caducado`;
      if (expired.value === 0)
        return `${ahead.text} de sus certificaciones caducan pronto; la primera, ${when(first)}`;
      return `${counted(expired, "certificación ha", "certificaciones han")} caducado, ${counted(ahead, "caduca", "caducan")} pronto`;
    },
    intro: (count) =>
      count.value === 1
        ? "Recuerde renovar a tiempo esta certificación para que siga siendo válida."
        : "Recuerde renovar a tiempo estas certificaciones para que sigan siendo válidas.",
    expires: (date) => `Caduca el ${date}`,
    expired: (date) => `Caducó el ${date}`,
    expiredBadge: "Caducada",
    button: "Ver sus certificaciones",
  },
};
