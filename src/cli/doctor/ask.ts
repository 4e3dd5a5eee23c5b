import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { type Finding, missing } from "../../config/doctor.ts";
import { parseJson } from "../../lib/objects.ts";
import type { WranglerResult } from "../wrangler.ts";

/** Runs a wrangler command that only reads. */
export type Ask = (args: readonly string[]) => Promise<WranglerResult>;

/** What wrangler says, or why it says nothing. */
export type Answer<T> = { ok: true; value: T } | { ok: false; why: string };

/** What wrangler says went wrong, in one line and without colours. */
function whyOf({ output }: WranglerResult): string {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  // With --json some commands print { "error": { "text": "…" } }.
  const line = lines.find((one) => /ERROR|"text":/.test(one)) ?? lines[0] ?? "it said nothing";
  return line
    .replace(/^.*?\[ERROR\]\s*/, "")
    .replace(/^"text": "(.*)",?$/, "$1")
    .slice(0, 300);
}

/** The JSON that a command prints. Fields that `shape` does not name may come and go. */
export async function askJson<T>(ask: Ask, args: readonly string[], shape: z.ZodType<T>): Promise<Answer<T>> {
  const result = await ask(args);
  if (result.code !== 0) return { ok: false, why: whyOf(result) };
  const parsed = shape.safeParse(parseJson(result.stdout));
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, why: "its answer has another form than expected" };
}

/** The finding that something could not be looked up. */
export const unknown = (what: string, args: readonly string[], why: string): Finding =>
  missing(`${what} could not be looked up: ${why}`, `Run \`npx wrangler ${args.join(" ")}\` to see more.`);
