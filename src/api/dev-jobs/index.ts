import { sql } from "drizzle-orm";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { dispatches } from "../../db/schema/index.ts";
import type { Deps } from "../../deps.ts";
import { wake } from "../../outbox/wake.ts";
import { access } from "../../http/access.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { fieldErrors } from "../../http/field-errors.ts";
import { invalid } from "../../http/problem.ts";
import { instant } from "../../http/schemas.ts";
import { iso } from "../../lib/clock.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { type Job, JOBS } from "../../jobs/index.ts";

/** Strict: who misspells `at` would run the job as of now. */
const query = z.strictObject({ at: instant.optional() });

const onlyInDevelopment = createMiddleware<AppEnv>(async (c, next) => {
  if (c.get("deps").config.environment !== "development")
    throw new Failure("not_found", "There is nothing at this address.");
  await next();
});

/**
 * Mounts `POST /dev/jobs/{job}?at=`, with which `npm run jobs` runs a job as if it were another time. Only in development,
 * and with a service's token; it is no part of the API and stands in no document.
 */
export function registerJobsByHand(app: App): void {
  app.use("/dev/jobs/*", onlyInDevelopment);
  app.post("/dev/jobs/:job", access(null, ["service"]), async (c) => {
    const deps = c.get("deps");
    const jobs = Object.values(JOBS).flat();
    const job = jobs.find(({ name }) => name === c.req.param("job"));
    if (job === undefined) throw notFound(`job. There are: ${jobs.map(({ name }) => name).join(", ")}`);
    const parsed = query.safeParse(c.req.query());
    if (!parsed.success) throw invalid(fieldErrors(parsed.error, "query", c.req.query()));
    const at = parsed.data.at ?? deps.clock.now();
    return c.json({ job: job.name, at: iso(at), done: await runAt(deps, job, at) }, 200);
  });
}

/** Runs a job whose clock says `at`. What it queues is sent now: nobody wants to wait for next Monday to see its mail. */
export async function runAt(deps: Deps, job: Job, at: number): Promise<number> {
  const ctx = deps.open("first-primary");
  const { clock } = deps;
  const ahead = at - clock.now();
  const woken: string[] = [];
  const listening = { sendBatch: listener(woken) };
  const done = await job.run(
    {
      ...ctx,
      clock: { ...clock, now: () => clock.now() + ahead },
      queues: { push: listening, email: listening, bulk: listening },
    },
    deps,
  );
  await sendNow(ctx, [...new Set(woken)]);
  return done;
}

/** Keeps the ids that a job would have woken. */
function listener(woken: string[]): Ctx["queues"]["push"]["sendBatch"] {
  return async (messages) => {
    for (const { body } of messages) if ("ids" in body) woken.push(...body.ids);
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
  };
}

async function sendNow(ctx: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const now = ctx.clock.now();
  const [rows = []] = await ctx.db.writeList([
    sql`UPDATE ${dispatches} SET created_at = ${now}, due_at = ${now}, updated_at = ${now},
        expires_at = iif(expires_at <= ${now}, NULL, expires_at), wake_at = ${now + ctx.config.sweepAfterMs}
      WHERE ${inJson(dispatches.id, ids)} AND status = 'queued' RETURNING id, channel, lane, due_at AS at`,
  ]);
  await wake(ctx, rows as Parameters<typeof wake>[1]);
}
