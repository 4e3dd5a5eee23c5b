// Loads the template engine and the Markdown parser: import it where words are rendered, not before.

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

export { loadWordings, parseStored } from "./load.ts";
export { renderWording } from "./render.ts";
