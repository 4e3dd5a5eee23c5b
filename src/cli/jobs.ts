/**
 * `npm run jobs -- <job> [--at <time>]`: runs a job of the local service (npm start) as if it were another time, such as
 * next Monday. Messages that it queues are sent at once. The service is at TIDINGS_URL, as npm start prints it; by default
 * at PORT on this machine (8787).
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { readDevVars, withoutEmpty } from "./dev-vars.ts";
import { signToken } from "./jwt.ts";
import { HOST } from "./port.ts";
import { runCommand, UserError } from "./project.ts";

const USAGE = `Usage: npm run jobs -- <job> [--at <time>]

  <job>         such as weekly_digest, deadline_reminders, match_digests, certification_reminders, sweep
  --at <time>   ISO 8601 with an offset, such as 2026-03-30T08:00:00+02:00; now, if left out`;

const TOKEN_SECONDS = 60;

/** The result of a job, or the `detail` of a problem document. */
const answerShape = z.object({
  job: z.string().optional(),
  at: z.string().optional(),
  done: z.number().optional(),
  detail: z.string().optional(),
});

function readArguments(): { job: string; at: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { at: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    const [job, ...more] = positionals;
    if (values.help || job === undefined || more.length > 0) throw new Error("Name one job.");
    return { job, at: values.at };
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function originOf(vars: NodeJS.Dict<string>): string {
  const origin = vars["TIDINGS_URL"] ?? `http://${HOST}:${vars["PORT"] ?? "8787"}`;
  if (!URL.canParse(origin)) throw new UserError(`TIDINGS_URL is "${origin}": it must be an address.`);
  return origin;
}

async function post(url: URL, token: string): Promise<Response> {
  try {
    return await fetch(url, { method: "POST", headers: { authorization: `Bearer ${token}` } });
  } catch (error) {
    throw new UserError(
      `Nobody answers at ${url.origin}. Is npm start running? Its TIDINGS_URL says where.`,
      {
        cause: error,
      },
    );
  }
}

await runCommand(async () => {
  const { job, at } = readArguments();
  const vars = { ...readDevVars(), ...withoutEmpty(process.env) };
  const url = new URL(`/dev/jobs/${encodeURIComponent(job)}`, originOf(vars));
  if (at !== undefined) url.searchParams.set("at", at);
  const answer = await post(
    url,
    await signToken({ sub: "npm-run-jobs", role: "service" }, TOKEN_SECONDS, vars),
  );
  const body = answerShape.parse(await answer.json());
  if (!answer.ok) throw new UserError(body.detail ?? `The service answered ${answer.status}.`);
  console.log(`${body.job} as of ${body.at}: ${body.done} done`);
});
