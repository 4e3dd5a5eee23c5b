import en from "zod/v4/locales/en.js";

export * from "zod/v4/core";
// In place of all languages.
export const locales = { en };
