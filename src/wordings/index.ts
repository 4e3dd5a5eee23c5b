import type { OwnWords } from "../content/index.ts";
import type { ParsedWording } from "./parse.ts";
import { renderWording } from "./render.ts";
import type { Variables } from "./variables.ts";

/** A customer's words for an e-mail, as the renderer of e-mails takes them. */
export const ownWords = (parsed: ParsedWording<"email">, variables: Variables): OwnWords => ({
  locale: parsed.locale,
  message: (reader) => renderWording(parsed, variables, reader),
});

/** Whether words are for this channel. */
export const isFor = <C extends ParsedWording["channel"]>(
  parsed: ParsedWording,
  channel: C,
): parsed is ParsedWording<C> => parsed.channel === channel;

export { type OrgBrand, brandOf } from "./brand.ts";
export { type WordingHead, chooseWording, headsOf, localesToTry } from "./choose.ts";
export { loadWordings, wordingKey } from "./load.ts";
export { type ParsedWording, WordingError } from "./parse.ts";
export { renderWording } from "./render.ts";
export type { Variables } from "./variables.ts";
