import htmx from "htmx.org/dist/htmx.min.js";
import { sha256Hex } from "../lib/sha256.ts";
import css from "./assets/console.css";
import script from "./assets/console.js";
import { ICON } from "./icon.ts";

/** The files of the console, by name. */
export const ASSETS: ReadonlyMap<string, { type: string; text: string }> = new Map([
  ["console.css", { type: "text/css; charset=utf-8", text: css }],
  ["console.js", { type: "text/javascript; charset=utf-8", text: script }],
  ["htmx.js", { type: "text/javascript; charset=utf-8", text: htmx }],
  ["icon.svg", { type: "image/svg+xml", text: ICON }],
]);

let version: string | undefined;

/** What the assets' addresses end with: it is another one when one of them has changed, so that browsers may keep them. */
export async function assetsVersion(): Promise<string> {
  version ??= (await sha256Hex([...ASSETS.values()].map(({ text }) => text).join("\n"))).slice(0, 12);
  return version;
}
