import { en } from "./words.en.ts";

/** By language. */
export const words = { en };
