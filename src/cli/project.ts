import { resolve } from "node:path";

/** The folder of package.json. Every command works there, wherever it was called from. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Where local D1, Durable Objects and our own markers are kept, unless TIDINGS_STATE says otherwise. */
export const DEFAULT_STATE = ".wrangler/state";

/** A problem that the user can solve. Commands print its message without a stack. */
export class UserError extends Error {}

/** Runs the main function of a command. Prints a UserError and exits with 1; any other error is a bug and shows its stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    process.exit(1);
  }
}
