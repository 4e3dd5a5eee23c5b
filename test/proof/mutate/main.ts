import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { runCommand, UserError } from "../../../src/cli/project.ts";
import { type Mutant, mutantsOf, sampleOf } from "./mutants.ts";
import { type Finding, placeOf, report } from "./report.ts";
import { createRunner, type Runner } from "./runner.ts";
import { type TestFile, testFile } from "./test-file.ts";

// `npm run mutate`: puts one fault after the other into the code and checks whether a test fails. Stryker's runner for vitest
// uses threads, not workerd, and does not know SQL. So this program runs vitest itself.

const HELP = `npm run mutate -- [--in rooms] [--sample 400] [--only text] [--files 40] [--jobs 2]
Puts faults into src/{outbox,delivery,log,rate-limit,schedules,idempotency}, one at a time, and sees whether a test fails.
  --in      folders of src instead of these, with commas between them: types,api/topics
  --sample  so many of all faults, the same ones each time; 0 for all of them
  --only    faults whose path, or path:line, has this in it
  --files   test files that are tried at most for one fault: those of the same folder first, then the quickest
  --jobs    processes
  --verbose says of each fault which test noticed it, and how
It ends with 1 when fewer than 85 % are noticed.`;

const ROOMS = ["outbox", "delivery", "log", "rate-limit", "schedules", "idempotency"];
const GOAL = 0.85;

/** Tests that do not end within this time count as having noticed the fault. */
const TIMEOUT_MS = 240_000;
const TRACE_TIMEOUT_MS = 1_800_000;

/** The folder below `src` whose tests are the nearest: the room; for the API the contract. */
const roomOf = (path: string): string => {
  const [, room = "", contract = ""] = path.split("/");
  return room === "api" ? `${room}/${contract}` : room;
};

function allMutants(rooms: readonly string[]): Mutant[] {
  const files = rooms.flatMap((room) =>
    readdirSync(join("src", room), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `src/${room}/${name}`),
  );
  return files.flatMap((path) => mutantsOf(path, readFileSync(path, "utf8")));
}

/**
 * The test files that enter the function with the fault: those of the same folder first, then the fastest. Of the same folder
 * also those that enter another function of the file: a function that is called while its file loads is seen only once.
 */
function testsFor(mutant: Mutant, tests: readonly TestFile[], most: number): string[] {
  const entersFile = ({ entered }: TestFile) => entered.some((id) => id.startsWith(`${mutant.path}:`));
  const enters = (test: TestFile) =>
    mutant.within === null ? entersFile(test) : test.entered.includes(mutant.within);
  const isNear = ({ path }: TestFile) => path.startsWith(`test/${roomOf(mutant.path)}/`);
  const near = tests.filter((test) => isNear(test) && (enters(test) || mutant.within === null));
  const beside = tests.filter((test) => isNear(test) && entersFile(test) && !near.includes(test));
  const far = tests.filter((test) => !isNear(test) && enters(test));
  return [near, beside, far]
    .flatMap((some) => some.toSorted((a, b) => a.ms - b.ms))
    .slice(0, most)
    .map(({ path }) => path);
}

/** The nearest tests run before the others, so that most faults take only a second or two. */
const PORTIONS: readonly (readonly [from: number, to?: number])[] = [[0, 6], [6, 16], [16]];

async function judge(runner: Runner, mutant: Mutant, files: readonly string[]): Promise<Finding> {
  if (files.length === 0) return { status: "not run", why: "" };
  for (const [from, to] of PORTIONS) {
    const portion = files.slice(from, to);
    if (portion.length === 0) break;
    const answer = await runner.ask({ kind: "mutant", mutant, files: portion }, TIMEOUT_MS);
    if (answer === null) return { status: "timed out", why: portion.join(" ") };
    if (typeof answer.value === "string") return { status: "noticed", why: answer.value };
  }
  return { status: "survived", why: "" };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      in: { type: "string", default: ROOMS.join(",") },
      sample: { type: "string", default: "400" },
      only: { type: "string", default: "" },
      files: { type: "string", default: "40" },
      jobs: { type: "string", default: "2" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const [sample, most, jobs] = [values.sample, values.files, values.jobs].map(Number);
  if (
    !(sample !== undefined && sample >= 0 && most !== undefined && most > 0 && jobs !== undefined && jobs > 0)
  )
    throw new UserError("--sample, --files and --jobs are numbers");

  const startedAt = Date.now();
  const say = (line: string) => console.error(`${Math.round((Date.now() - startedAt) / 1_000)} s: ${line}`);
  const all = allMutants(values.in.split(","));
  const chosen = all.filter(({ path, line }) => `${path}:${line}`.includes(values.only));
  const mutants = sample === 0 ? chosen : sampleOf(chosen, sample);
  say(`${mutants.length} of ${all.length} faults; running the tests without any`);
  const runners = Array.from({ length: jobs }, createRunner);
  const [first] = runners;
  if (first === undefined) return;
  try {
    const paths = [...new Set(all.map(({ path }) => path))];
    const traced = await first.ask({ kind: "trace", paths }, TRACE_TIMEOUT_MS);
    if (traced === null) throw new UserError("The tests did not end");
    const tests = z.array(testFile).parse(traced.value);
    say(`${tests.length} test files pass`);
    const findings = new Map<Mutant, Finding>();
    const waiting = [...mutants];
    await Promise.all(
      runners.map(async (runner) => {
        for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
          const finding = await judge(runner, mutant, testsFor(mutant, tests, most));
          findings.set(mutant, finding);
          if (values.verbose || finding.status !== "noticed") say(placeOf(mutant, finding));
          if (findings.size % 50 === 0) say(`${findings.size} of ${mutants.length}`);
        }
      }),
    );
    const { text, share } = report(findings);
    console.log(text);
    if (share < GOAL) process.exitCode = 1;
  } finally {
    for (const runner of runners) runner.stop();
  }
}

await runCommand(main);
