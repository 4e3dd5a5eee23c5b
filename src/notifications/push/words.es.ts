import type { en } from "./words.en.ts";

export const es: typeof en = { name: "Notificaciones por correo", email: { button: "Abrir" } };
