import type { en } from "./words.en.ts";

export const fr: typeof en = { name: "Notifications par e-mail", email: { button: "Ouvrir" } };
