import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ROOT } from "./project.ts";

const FILE = join(ROOT, ".dev.vars");

const randomSecret = () => randomBytes(32).toString("base64url");

/**
 * Makes .dev.vars from .dev.vars.example when there is none, with fresh random values for the empty lines of secrets. A file
 * from before there was a SECRETS_KEY gets one. Returns whether it made the file.
 */
export function ensureDevVars(): boolean {
  if (existsSync(FILE)) {
    const text = readFileSync(FILE, "utf8");
    if (!/^\s*SECRETS_KEY\s*=/m.test(text))
      appendFileSync(
        FILE,
        `${text === "" || text.endsWith("\n") ? "" : "\n"}SECRETS_KEY=${randomSecret()}\n`,
      );
    return false;
  }
  const text = readFileSync(`${FILE}.example`, "utf8").replace(
    /^([A-Z0-9_]*_SECRET|SECRETS_KEY)=[ \t]*$/gm,
    (_line, name: string) => `${name}=${randomSecret()}`,
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
