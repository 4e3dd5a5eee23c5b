// What sending needs in any case. What renders is in rendering.ts, and loaded when there are words to render.

export { type OrgBrand, brandOf, variablesOfLine } from "./brand.ts";
export { chooseWording, headsOf, localesToTry, wordingKey } from "./choose.ts";
export { WordingError } from "./fault.ts";
export type { RenderedWording } from "./render.ts";
export type { Variables, WordingReader } from "./variables.ts";
