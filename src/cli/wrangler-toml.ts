import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, UserError } from "./project.ts";

// Parsed with regular expressions: wrangler's own parser has no types and costs each start 1.7 s of CPU time.
const read = (): string => readFileSync(join(ROOT, "wrangler.toml"), "utf8");

/** The cron expressions of `crons = ["…", "…"]`. */
export function readCrons(): string[] {
  const array = /^\s*crons\s*=\s*\[([^\]]*)\]/m.exec(read())?.[1] ?? "";
  const crons = [...array.matchAll(/"([^"]*)"/g)].map(([, cron = ""]) => cron);
  if (crons.length === 0 && array.trim() !== "")
    throw new UserError("wrangler.toml: write crons as an array of strings in double quotes.");
  return crons;
}

/** The names of all queues, dead letters included, each once. */
export const readQueues = (): string[] => valuesOf(/^\s*(?:queue|dead_letter_queue)\s*=\s*"([^"]+)"/gm);

/** The names of the D1 databases. */
export const readDatabases = (): string[] => valuesOf(/^\s*database_name\s*=\s*"([^"]+)"/gm);

/** Whether a variable of `[vars]` is set. */
export const hasVariable = (name: string): boolean =>
  new RegExp(`^\\s*${name}\\s*=\\s*"[^"]+"`, "m").test(read());

/**
 * The tables `[name]` or `[[name]]` in their order, each with those of its keys whose values are texts in double quotes. The
 * name "" stands for what comes before the first table.
 */
export function readTables(name: string): Record<string, string>[] {
  const tables: Record<string, string>[] = [];
  let table: Record<string, string> | undefined;
  for (const line of ["[]", ...read().split("\n")]) {
    const header = /^\s*\[{1,2}([\w.]*)\]{1,2}\s*(#.*)?$/.exec(line)?.[1];
    if (header !== undefined) {
      table = header === name ? {} : undefined;
      if (table !== undefined) tables.push(table);
    }
    const [, key, value] = /^\s*(\w+)\s*=\s*"([^"]*)"\s*(#.*)?$/.exec(line) ?? [];
    if (table !== undefined && key !== undefined && value !== undefined) table[key] = value;
  }
  return tables;
}

const valuesOf = (line: RegExp): string[] => [
  ...new Set([...read().matchAll(line)].map(([, value = ""]) => value)),
];
