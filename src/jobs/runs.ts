import { builder } from "../db/builder.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { jobRuns } from "../db/schema/index.ts";

/** Remembers when a job last ran and how it ended. */
export function recordRun(ctx: Ctx, job: string, startedAt: number, error: string | null): Statement {
  const run = { started_at: startedAt, finished_at: ctx.clock.now(), error };
  return builder
    .insert(jobRuns)
    .values({ job, ...run })
    .onConflictDoUpdate({ target: jobRuns.job, set: run });
}
