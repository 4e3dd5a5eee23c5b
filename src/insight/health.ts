import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { dispatches, jobRuns } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { DAY, HOUR, MINUTE } from "../lib/clock.ts";

/** D1 takes no more rows once it is full, and a limit of 10 GB cannot be raised: there must be time to act. */
const ALMOST_FULL = 0.8;

/** The cron comes every minute: after so long without it something is wrong. */
const CRON_LATE_MS = 5 * MINUTE;
/** The same for a dispatch that is so late. */
const OVERDUE_MS = 10 * MINUTE;
/** Every job runs at least once an hour. */
const JOB_LATE_MS = 2 * HOUR;
/** One that has not run for so long is no longer a job of ours. */
const JOB_GONE_MS = 2 * DAY;

/** The last run of a job. Times are epoch ms. */
export interface JobRun {
  job: string;
  startedAt: number;
  finishedAt: number | null;
  state: "ok" | "failed" | "late";
}

/** How the service does. Times are epoch ms. */
export interface Health {
  isWell: boolean;
  /** Null before the first tick. */
  lastTickAt: number | null;
  isCronLate: boolean;
  /** Jobs whose last run failed. */
  failingJobs: string[];
  /** The last run of each job. It is late when it has missed a run, though others have run since. */
  jobs: JobRun[];
  /** How late the oldest unsent dispatch is; null when none is. */
  overdueMs: number | null;
  isOverdue: boolean;
  database: { sizeBytes: number; limitBytes: number; isAlmostFull: boolean };
}

/** How many unfinished dispatches of a channel are checked. Overdue ones come first. */
const LOOKED_AT = 1_000;

/** The sweep moves `wake_at` of what it has woken, so lateness is counted from `due_at`; `wake_at` only gives the order. */
const isNextToWake = (channel: string): SQL =>
  sql`id IN (SELECT id FROM ${dispatches} WHERE channel = ${channel} AND wake_at IS NOT NULL
    ORDER BY wake_at LIMIT ${LOOKED_AT})`;

/** Looks at the last tick, the oldest overdue dispatch and the database's size. One round trip. */
export const checkHealth = async (ctx: Ctx): Promise<Health> =>
  (await ctx.db.read({ health: healthOf(ctx) })).health;

/** The same as a part of one batch. */
export function healthOf(ctx: Ctx): Parsed<Health> {
  const now = ctx.clock.now();
  return Parsed.of(
    {
      runs: sql<typeof jobRuns.$inferSelect>`SELECT * FROM ${jobRuns}`,
      oldest: sql<{
        due_at: number | null;
      }>`SELECT min(due_at) AS due_at FROM ${dispatches} WHERE ${sql.join([...ctx.channels.keys()].map(isNextToWake), sql` OR `)}`,
    },
    ({ runs, oldest }) => {
      const lastTickAt = runs.length === 0 ? null : Math.max(...runs.map((run) => run.started_at));
      const isCronLate = lastTickAt === null || now - lastTickAt > CRON_LATE_MS;
      const jobs = runs
        .filter((run) => now - run.started_at < JOB_GONE_MS)
        .map(({ job, started_at, finished_at, error }): JobRun => {
          const isLate = !isCronLate && now - started_at > JOB_LATE_MS;
          const state = error === null ? (isLate ? "late" : "ok") : "failed";
          return { job, startedAt: started_at, finishedAt: finished_at, state };
        });
      const failingJobs = jobs.filter(({ state }) => state === "failed").map(({ job }) => job);
      const dueAt = oldest[0]?.due_at ?? null;
      const overdueMs = dueAt === null || dueAt >= now ? null : now - dueAt;
      const isOverdue = (overdueMs ?? 0) > OVERDUE_MS;
      const sizeBytes = ctx.db.size();
      const limitBytes = ctx.config.databaseLimitBytes;
      const database = { sizeBytes, limitBytes, isAlmostFull: sizeBytes >= ALMOST_FULL * limitBytes };
      const isWell = !database.isAlmostFull && !isCronLate && !isOverdue && failingJobs.length === 0;
      return { isWell, lastTickAt, isCronLate, failingJobs, jobs, overdueMs, isOverdue, database };
    },
  );
}
