import en from "zod/v4/locales/en.js";

export * from "zod/v4";
// In place of those that have all languages. zod's own namespace has no `z`.
export * as core from "./core.ts";
export const locales = { en };
export const z = undefined;
