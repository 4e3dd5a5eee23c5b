import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./project.ts";

/** Wrangler's script. Its `bin` would start one more process. */
export const WRANGLER = fileURLToPath(import.meta.resolve("wrangler"));

/**
 * The environment of every wrangler process: no metrics, no update check, no fetched `request.cf`. Node caches wrangler's
 * compiled code (15 MB), which saves a quarter of its loading time.
 */
export const WRANGLER_ENV = {
  NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/node"),
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** How a wrangler command ended, and what it printed on both streams. */
export interface WranglerResult {
  code: number;
  stdout: string;
  output: string;
}

/** Runs a wrangler command; wrangler asks no questions. With `show` the output also goes to the terminal as it comes. */
export async function wrangler(args: readonly string[], { show = false } = {}): Promise<WranglerResult> {
  const child = spawn(process.execPath, ["--no-warnings", WRANGLER, ...args], {
    cwd: ROOT,
    env: WRANGLER_ENV,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
    if (show) process.stdout.write(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (show) process.stderr.write(text);
  });
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, output }));
  });
}
