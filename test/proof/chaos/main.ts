import { parseArgs } from "node:util";
import { runCommand, UserError } from "../../../src/cli/project.ts";
import { build } from "../production.ts";
import { judge } from "./judge.ts";
import { evidence, isKept, table } from "./report.ts";
import { runChaos } from "./run.ts";

// `npm run chaos -- --seed 7 --dispatches 20000 --kills 50`: sends while everything fails, and compares. A seed repeats the
// plan: calls, kills, faults of providers and queues, jumps of the clock. Which request meets which fault depends on the
// timing of two processes, and that cannot be repeated.

const SIZE = { users: 300, mentors: 20, orgs: 4 };

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UserError(`--${name} must be a whole number`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      dispatches: { type: "string", default: "2000" },
      kills: { type: "string", default: "8" },
      /** Prints what the Worker prints. */
      log: { type: "boolean", default: false },
    },
  });
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber("seed", values.seed);
  const dispatches = wholeNumber("dispatches", values.dispatches);
  const kills = wholeNumber("kills", values.kills);
  console.log(`npm run chaos -- --seed ${seed} --dispatches ${dispatches} --kills ${kills}`);

  const startedAt = Date.now();
  await build();
  const say = (line: string) => console.log(`${Math.round((Date.now() - startedAt) / 1_000)} s: ${line}`);
  const onLine = values.log ? (line: string) => console.log(line) : undefined;
  const run = await runChaos({ seed, dispatches, kills, size: SIZE, say, onLine });
  try {
    const findings = await judge(run);
    console.log(`\n${table(run, findings, Date.now() - startedAt)}`);
    if (isKept(run, findings)) return;
    console.log(`${evidence(run, findings)}\n\nA promise is broken. Seed ${seed}.`);
    process.exitCode = 1;
  } finally {
    await run.service.stop();
  }
}

await runCommand(main);
