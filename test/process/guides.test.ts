import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadDemo } from "../../src/cli/demo.ts";
import { freePort } from "../../src/cli/port.ts";
import { ROOT } from "../../src/cli/project.ts";
import { build, type Production, startProduction, tokenFor, VARS } from "../proof/production.ts";
import { runInShell, type Sample, samplesIn, settled } from "./samples.ts";

// The samples of the guides, as /docs serves them, run word for word against the built Worker with the demo world.

const run = promisify(execFile);

const SLUGS = (await readdir(join(ROOT, "src/docs/guides"))).map((file) => file.replace(/\.md$/u, ""));

/** What needs an account at Cloudflare, or another machine. */
const ELSEWHERE = /^(npm ci && npm start|npx wrangler|npm run (deploy|doctor)|jq -c \. key-file)/u;

let service: Production;
let token: string;
let home: string;
/** For the TypeScript samples: inside the project, so that they may import what a project of a reader's has. */
let folder: string;

beforeAll(async () => {
  await build();
  const port = (await freePort()) ?? 0;
  service = await startProduction({
    port,
    vars: {
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SMS_PROVIDERS: "log",
      PUSH_LIMIT_PER_HOUR: "1000",
      CORS_ORIGINS: "*",
    },
  });
  token = await tokenFor({ sub: "guides", role: "service" });
  await loadDemo(service.origin, token, AbortSignal.timeout(60_000));
  // Before the first tick /healthz is 503.
  await (await service.mf.getWorker()).scheduled({ cron: "* * * * *" });
  home = await mkdtemp(join(tmpdir(), "tidings-guides-"));
  folder = join(ROOT, "dist", "guides");
  await mkdir(folder, { recursive: true });
});
afterAll(async () => {
  await service?.stop();
  for (const path of [home, folder]) if (path !== undefined) await rm(path, { recursive: true });
});

const guide = async (slug: string): Promise<Sample[]> =>
  samplesIn(await (await fetch(`${service.origin}/docs/${slug}.md`)).text());

const isToRun = ({ language, note }: Sample): boolean => language === "sh" && note !== "elsewhere";

/** What the first guide sets up, and the others refer to. */
async function setUp(): Promise<string> {
  const lines = (await guide("first-push")).flatMap(({ code }) => code.split("\n"));
  return lines.filter((line) => /^export |^api\(\)/u.test(line)).join("\n");
}

/** One line of JSON is compared as such, with the last that was printed; all else as it is. */
function expectShown(printed: string, shown: string): void {
  if (shown.includes("\n") || !shown.startsWith("{")) expect(settled(printed)).toBe(settled(shown));
  else expect(JSON.parse(settled(printed.split("\n").at(-1) ?? ""))).toEqual(JSON.parse(settled(shown)));
}

describe.each(SLUGS)("the guide %s", (slug) => {
  test("has shell samples that work, and print what it shows", async () => {
    const samples = await guide(slug);
    const shell = samples.filter(isToRun);
    const env = { JWT_SECRET: VARS.JWT_SECRET };
    const [, ...ran] = await runInShell([await setUp(), ...shell.map(({ code }) => code)], home, env);
    expect(shell.length).toBeGreaterThan(0);
    for (const [index, one] of shell.entries()) {
      const { code, exit, printed, refused } = ran[index] ?? { code: "", exit: 1, printed: "", refused: "" };
      if (one.note === "fails") expect([code, refused]).toEqual([code, "exit 22"]);
      else expect([code, exit, refused, printed]).toEqual([code, 0, "", printed]);
      const answer = samples.slice(samples.indexOf(one) + 1).find(({ language }) => language !== "ts");
      if (answer?.language === "text") expectShown(printed, answer.code.trim());
    }
  }, 120_000);

  test("leaves to its reader only what needs an account", async () => {
    for (const { code, note } of await guide(slug)) if (note === "elsewhere") expect(code).toMatch(ELSEWHERE);
  });
});

test("the TypeScript samples of each guide are a program that is right by its types, and runs", async () => {
  const programs: string[] = [];
  for (const slug of SLUGS) {
    const code = (await guide(slug)).filter(({ language }) => language === "ts").map(({ code }) => code);
    if (code.length === 0) continue;
    programs.push(join(folder, `${slug}.ts`));
    await writeFile(join(folder, `${slug}.ts`), `${code.join("\n")}\nexport {};\n`);
  }
  expect(programs.length).toBeGreaterThan(1);
  const config = { extends: "../../tsconfig.node.json", include: ["*.ts"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [tsc, "--noEmit", "-p", folder]).catch(({ stdout }) => expect(stdout).toBe(""));
  for (const program of programs) {
    const env = { ...process.env, TIDINGS_URL: service.origin, TOKEN: token };
    const { stdout, stderr } = await run(process.execPath, [program], { cwd: ROOT, env });
    expect([program, stderr]).toEqual([program, ""]);
    expect(stdout.trim()).not.toBe("");
  }
}, 240_000);
