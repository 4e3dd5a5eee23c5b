import type { en } from "./words.en.ts";

export const de: typeof en = { name: "Benachrichtigungen per E-Mail", email: { button: "Öffnen" } };
