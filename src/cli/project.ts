import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of package.json: every command works in it, wherever it was called from. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Where local D1, Durable Objects and our own markers are kept, unless TIDINGS_STATE says otherwise. */
export const DEFAULT_STATE = ".wrangler/state";

/** A problem that the person at the terminal can solve: commands print its message without a stack. */
export class UserError extends Error {}

/**
 * The cron expressions of wrangler.toml's `crons = [...]`. Read by hand: wrangler's own reader costs every start
 * 1.7 s of processor time, for one array of strings without brackets.
 */
export function readCrons(): string[] {
  const array = /^\s*crons\s*=\s*(\[[^\]]*\])/m.exec(readFileSync(join(ROOT, "wrangler.toml"), "utf8"))?.[1];
  if (array === undefined) return [];
  try {
    return JSON.parse(array.replace(/,\s*\]$/, "]")) as string[];
  } catch {
    throw new UserError(
      "wrangler.toml: write crons as an array of strings in double quotes, without comments.",
    );
  }
}

/** Runs a command's main function: a UserError is printed and exits with 1, anything else is a bug and shows its stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    process.exit(1);
  }
}
