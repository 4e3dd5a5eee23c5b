import type { Ctx } from "../ctx.ts";
import { builder } from "../db/builder.ts";
import { chatConnections, jobRuns } from "../db/schema/index.ts";
import type { Statement } from "../db/statement.ts";
import type { Deps } from "../deps.ts";
import { resealSecrets } from "../auth/reseal.ts";
import { fetchReceipts } from "../channels/push/receipts.ts";
import { goOnWithEvents } from "../events/continue.ts";
import { countHours } from "../insight/count-hours.ts";
import { sendDeadlineReminders } from "../notifications/deadline-reminder/job.ts";
import { sendMatchDigests } from "../notifications/new-match/job.ts";
import { sendWeeklyDigests } from "../notifications/weekly-digest/job.ts";
import { removeOld } from "../log/retention.ts";
import { sweep } from "../delivery/sweep.ts";
import { followUnreached } from "../delivery/unreached.ts";
import { sendDueReminders } from "../notifications/certification-reminder/job.ts";
import { refreshStale } from "../notifications/stats-summary/refresh-stale.ts";
import { sendSummaries } from "../notifications/stats-summary/job.ts";

/** A job does what is due and not yet done, so it may run late, twice, or at the same time as itself. */
export interface Job {
  name: string;
  run(ctx: Ctx, deps: Deps): Promise<number>;
}

/** Every minute. */
const MINUTELY: readonly Job[] = [
  { name: "sweep", run: (ctx) => sweep(ctx) },
  { name: "fallbacks", run: (ctx) => followUnreached(ctx) },
  { name: "certification_reminders", run: (ctx) => sendDueReminders(ctx) },
  { name: "deadline_reminders", run: (ctx) => sendDeadlineReminders(ctx) },
  { name: "match_digests", run: (ctx) => sendMatchDigests(ctx) },
  { name: "weekly_digest", run: (ctx) => sendWeeklyDigests(ctx) },
  { name: "stats_summaries", run: (ctx) => sendSummaries(ctx) },
  { name: "stats_refresh", run: (ctx) => refreshStale(ctx) },
  { name: "events", run: (ctx) => goOnWithEvents(ctx) },
  { name: "receipts", run: (ctx, deps) => fetchReceipts(ctx, deps.pushProviders) },
];

/** Once an hour, because one run removes a bounded number of rows, and a busy day has more. Counting comes first. */
const HOURLY: readonly Job[] = [
  { name: "hourly_counts", run: (ctx) => countHours(ctx) },
  { name: "reseal_secrets", run: (ctx) => resealSecrets(ctx, { table: chatConnections }) },
  { name: "retention", run: (ctx) => removeOld(ctx) },
];

/** Cron expression of wrangler.toml → jobs, in order. An expression that is not here is an error, not a default. */
export const JOBS: Readonly<Record<string, readonly Job[]>> = {
  "* * * * *": MINUTELY,
  "17 * * * *": HOURLY,
};

/** Runs the jobs of one cron tick. A job that fails is logged and stops no other. */
export async function runCron(deps: Deps, cron: string): Promise<void> {
  const jobs = JOBS[cron];
  if (jobs === undefined) throw new Error(`No job belongs to the cron expression "${cron}"`);
  const ctx = deps.open("first-primary");
  for (const job of jobs) await runJob(ctx, deps, job);
}

/** Runs one job and keeps its record, which /healthz reports. */
export async function runJob(ctx: Ctx, deps: Deps, job: Job): Promise<void> {
  const startedAt = ctx.clock.now();
  let error: string | null = null;
  try {
    const done = await job.run(ctx, deps);
    if (done > 0) ctx.log.info("job_done", { job: job.name, done });
  } catch (cause) {
    error = cause instanceof Error ? cause.name : "unknown";
    ctx.log.error("job_failed", cause, { job: job.name });
  }
  try {
    await ctx.db.write({ run: recordRun(ctx, job.name, startedAt, error) });
  } catch (cause) {
    ctx.log.error("job_record_failed", cause, { job: job.name });
  }
}

/** The statement that records when a job last ran and how it ended. */
function recordRun(ctx: Ctx, job: string, startedAt: number, error: string | null): Statement {
  const run = { started_at: startedAt, finished_at: ctx.clock.now(), error };
  return builder
    .insert(jobRuns)
    .values({ job, ...run })
    .onConflictDoUpdate({ target: jobRuns.job, set: run });
}
