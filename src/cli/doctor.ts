/**
 * `npm run doctor`: says what is configured, what is missing, and what to do. It looks at wrangler.toml, at the Cloudflare
 * account (by wrangler's own commands, which only read) and at the service's /healthz. It prints no secret.
 * `npm run doctor -- --local` looks at the configuration of `npm start` instead, and needs no account.
 *
 * Exits with 1 when something is missing, with 0 when there are only warnings.
 *
 * Not tried, for want of an account: everything that talks to Cloudflare. It was checked against wrangler's help and source,
 * and is tested with a program that prints what wrangler prints.
 */
import { parseArgs } from "node:util";
import type { Finding } from "../config/doctor.ts";
import { readDevVars } from "./dev-vars.ts";
import { limited } from "./doctor/limited.ts";
import { examine, examineLocally } from "./doctor/examine.ts";
import { readPlan } from "./doctor/plan.ts";
import { report } from "./doctor/report.ts";
import { runCommand, UserError } from "./project.ts";
import { wrangler } from "./wrangler.ts";

/** Each wrangler is a process of 150 MB. */
const AT_ONCE = 3;

function readArguments(): { local: boolean } {
  try {
    const { values } = parseArgs({ options: { local: { type: "boolean", default: false } } });
    return values;
  } catch (error) {
    throw new UserError(
      `${error instanceof Error ? error.message : String(error)}\n\nUsage: npm run doctor [-- --local]`,
    );
  }
}

async function findings(local: boolean): Promise<Finding[]> {
  const plan = readPlan();
  if (local) {
    const vars = readDevVars();
    if (Object.keys(vars).length === 0)
      throw new UserError("There is no .dev.vars yet: `npm start` makes it.");
    return examineLocally(plan, vars);
  }
  console.log("Looking at wrangler.toml, the Cloudflare account and the service …");
  return await examine(plan, limited(AT_ONCE, wrangler), fetch, Date.now());
}

await runCommand(async () => {
  const { text, isWell } = report(await findings(readArguments().local));
  console.log(text);
  process.exitCode = isWell ? 0 : 1;
});
