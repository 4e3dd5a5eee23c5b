import { sha256Hex } from "../../lib/sha256.ts";
import { compactCss, compactScripts } from "./compact.ts";
import client from "./assets/client.js";
import css from "./assets/inbox.css";
import dom from "./assets/dom.js";
import element from "./assets/element.js";
import live from "./assets/live.js";
import panel from "./assets/panel.js";
import preferences from "./assets/preferences.js";
import row from "./assets/row.js";
import store from "./assets/store.js";
import { elementWords } from "./words/index.ts";

/** The script, and what names it. */
export interface ElementModule {
  text: string;
  /** Another one when the script has changed. */
  version: string;
  /** For the attribute `integrity` (https://www.w3.org/TR/SRI/). */
  integrity: string;
}

/** Each uses those before it when the module is evaluated: they share one scope. */
const PARTS = [dom, client, live, store, row, preferences, panel, element];

let made: ElementModule | undefined;

/** The module of `<tidings-inbox>`, made once in an isolate: the parts, their style and their words in one file. */
export const elementModule = async (): Promise<ElementModule> => (made ??= await make());

async function make(): Promise<ElementModule> {
  const { keys, words } = elementWords();
  const texts = { KEYS: keys, WORDS: words, STYLE: compactCss(css) };
  const head = Object.entries(texts).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
  const text = [...head, "const HERE = new URL(import.meta.url);\n", compactScripts(PARTS)].join("");
  const digest = await crypto.subtle.digest("SHA-384", new TextEncoder().encode(text));
  const integrity = `sha384-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
  return { text, version: (await sha256Hex(text)).slice(0, 12), integrity };
}
