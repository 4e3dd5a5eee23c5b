import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../src/cli/project.ts";

/** A fence of a guide. `note`: `elsewhere` needs what a test has not (an account, a clone); `fails` shows a refusal. */
export interface Sample {
  language: string;
  note: string | null;
  code: string;
}

export const samplesIn = (markdown: string): Sample[] =>
  [...markdown.matchAll(/^```(\w+)(?: (\w+))?\n([^]*?)^```$/gmu)].map(
    ([, language = "", note = null, code = ""]) => ({ language, note, code }),
  );

/** What a sample printed, and each call of curl in it that was refused. */
export interface Ran {
  code: string;
  printed: string;
  exit: number;
  refused: string;
}

/** Stands before curl in the path: the sample is run as it is, and an answer that is a refusal is noticed. */
const CURL = `#!/bin/sh
/usr/bin/env -S PATH="$REAL_PATH" curl --fail-with-body "$@"
code=$?
[ $code -eq 0 ] || echo "exit $code" >> "$REFUSED"
exit $code
`;

/** Between samples: their exit code, and what was refused. Neither character stands in an answer. */
const MARK = String.raw`printf '\036%s\037%s\036' "$?" "$(cat "$REFUSED")"; : > "$REFUSED"`;

/** Runs samples one after the other in one shell, as somebody does who copies them. @param home for `~` */
export async function runInShell(
  codes: readonly string[],
  home: string,
  env: Readonly<Record<string, string>>,
): Promise<Ran[]> {
  const bin = join(home, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "curl"), CURL);
  await chmod(join(bin, "curl"), 0o755);
  const refused = join(home, "refused");
  await writeFile(refused, "");
  const path = process.env["PATH"] ?? "";
  const child = spawn("bash", ["-c", codes.map((code) => `${code}\n${MARK}`).join("\n")], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...env,
      HOME: home,
      REFUSED: refused,
      REAL_PATH: path,
      PATH: `${bin}:${path}`,
      npm_config_update_notifier: "false",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.on("data", (part: Buffer) => void (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => void (errors += part.toString()));
  await once(child, "close");
  const parts = out.split("\u001e");
  return codes.map((code, index) => {
    const [printed = "", state = ""] = parts.slice(index * 2, index * 2 + 2);
    const [exit = "1", what = ""] = state.split("\u001f");
    return {
      code,
      printed: printed.trim(),
      exit: Number(exit || "1"),
      refused: `${what}${exit === "0" ? "" : errors}`,
    };
  });
}

/** What differs from run to run is as in the guide: ids, times, durations. */
export const settled = (text: string): string =>
  text
    .replaceAll(/\b([a-z]+)_01[0-9a-z]{24}\b/gu, "$1_…")
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, "…")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, "…");
