import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ROOT } from "./project.ts";
import { createVapidKeys } from "./vapid-keys.ts";

const FILE = join(ROOT, ".dev.vars");

const randomSecret = () => randomBytes(32).toString("base64url");

/** Whether a text sets a variable, be it to nothing. */
const names = (text: string, name: string): boolean => new RegExp(`^\\s*${name}\\s*=`, "m").test(text);

/** Lines for what a file from before there was such a thing lacks. */
function lacking(text: string): string[] {
  const lines: string[] = [];
  if (!names(text, "SECRETS_KEY")) lines.push(`SECRETS_KEY=${randomSecret()}`);
  // Production refuses `log`.
  if (!names(text, "SMS_PROVIDERS") && /^\s*ENVIRONMENT\s*=\s*development\s*$/m.test(text))
    lines.push("SMS_PROVIDERS=log");
  if (!["VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"].some((name) => names(text, name))) {
    const { publicKey, privateKey } = createVapidKeys();
    lines.push(`VAPID_PUBLIC_KEY=${publicKey}`, `VAPID_PRIVATE_KEY=${privateKey}`);
    if (!names(text, "VAPID_SUBJECT")) lines.push("VAPID_SUBJECT=mailto:push@example.com");
  }
  return lines;
}

/** The text of a new file: the example's, with fresh values on the empty lines of secrets and of the key pair. */
function filled(example: string): string {
  const { publicKey, privateKey } = createVapidKeys();
  return example
    .replace(
      /^([A-Z0-9_]*_SECRET|SECRETS_KEY)=[ \t]*$/gm,
      (_line, name: string) => `${name}=${randomSecret()}`,
    )
    .replace(/^VAPID_PUBLIC_KEY=[ \t]*$/m, `VAPID_PUBLIC_KEY=${publicKey}`)
    .replace(/^VAPID_PRIVATE_KEY=[ \t]*$/m, `VAPID_PRIVATE_KEY=${privateKey}`);
}

/**
 * Makes .dev.vars from .dev.vars.example when there is none, with fresh random secrets. An older file gets what it lacks.
 * Returns whether it made the file.
 */
export function ensureDevVars(): boolean {
  if (!existsSync(FILE)) {
    writeFileSync(FILE, filled(readFileSync(`${FILE}.example`, "utf8")), { mode: 0o600 });
    return true;
  }
  const text = readFileSync(FILE, "utf8");
  const lines = lacking(text);
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  if (lines.length > 0) appendFileSync(FILE, `${gap}${lines.join("\n")}\n`);
  return false;
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
