import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ROOT } from "./project.ts";

const FILE = join(ROOT, ".dev.vars");

/**
 * Makes .dev.vars from .dev.vars.example when there is none, with fresh random values for the empty `*_SECRET=`
 * lines. Returns whether it did.
 */
export function ensureDevVars(): boolean {
  if (existsSync(FILE)) return false;
  const text = readFileSync(`${FILE}.example`, "utf8").replace(
    /^([A-Z0-9_]*_SECRET)=[ \t]*$/gm,
    (_line, name: string) => `${name}=${randomBytes(32).toString("base64url")}`,
  );
  writeFileSync(FILE, text, { mode: 0o600 });
  return true;
}

/** The variables of .dev.vars; none if the file is missing. An empty value counts as unset. */
export function readDevVars(): Record<string, string> {
  if (!existsSync(FILE)) return {};
  return withoutEmpty(parseEnv(readFileSync(FILE, "utf8")));
}

/** Only the variables that have a value. */
export function withoutEmpty(vars: NodeJS.Dict<string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(vars).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
    ),
  );
}
