import { parseArgs } from "node:util";
import { runFuzz } from "./run.ts";
import { build, startProduction } from "../production.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(
    "npm run fuzz -- [--requests 100000] [--seed <number>]\n\nStrange requests to every operation.",
  );
  process.exit(0);
}

await build();
const errors: string[] = [];
const production = await startProduction({
  vars: { PUSH_LIMIT_PER_HOUR: "100000", EMAIL_LIMIT_PER_HOUR: "100000", SEND_WAIT_SECONDS: "1" },
  onLog: (line) => {
    if (line.startsWith('{"level":"error"')) errors.push(line);
  },
});
const seed = Number(values.seed);
console.log(`Seed ${seed}: repeat with npm run fuzz -- --requests ${values.requests} --seed ${seed}`);
const report = await runFuzz(production, { requests: Number(values.requests), seed, onRound: console.log });
await production.stop();

console.table(report.byStatus);
for (const failure of report.failures) console.error(`\n${failure}`);
for (const line of errors.slice(0, 10)) console.error(line);
console.log(
  `${report.requests} requests to ${report.operations} operations: ${report.failures.length} failures, ${errors.length} errors logged.`,
);
process.exit(report.failures.length + errors.length === 0 ? 0 : 1);
