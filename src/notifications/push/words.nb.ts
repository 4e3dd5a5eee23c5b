import type { en } from "./words.en.ts";

export const nb: typeof en = { name: "Varsler på e-post", email: { button: "Åpne" } };
