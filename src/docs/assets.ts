import consoleCss from "../console/assets/console.css";
import { ICON } from "../console/icon.ts";
import { sha256Hex } from "../lib/sha256.ts";
import css from "./assets/docs.css";
import script from "./assets/docs.js";

/** The files of these pages, by name. Their style is the console's, and what a text to read needs. */
export const ASSETS: ReadonlyMap<string, { type: string; text: string }> = new Map([
  ["docs.css", { type: "text/css; charset=utf-8", text: `${consoleCss}\n${css}` }],
  ["docs.js", { type: "text/javascript; charset=utf-8", text: script }],
  ["icon.svg", { type: "image/svg+xml", text: ICON }],
]);

let version: string | undefined;

/** What the assets' addresses end with: another one when an asset has changed, so that browsers may keep them. */
export async function assetsVersion(): Promise<string> {
  version ??= (await sha256Hex([...ASSETS.values()].map(({ text }) => text).join("\n"))).slice(0, 12);
  return version;
}
