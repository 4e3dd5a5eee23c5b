import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { inJson } from "../db/json.ts";
import { dispatches } from "../db/schema/index.ts";
import type { Deps } from "../deps.ts";
import { type ToWake, wake } from "../outbox/wake.ts";
import type { Job } from "./index.ts";

/** Runs a job whose clock says `at`. What it queues is sent now: otherwise the mail of next Monday would wait until then. */
export async function runAt(deps: Deps, job: Job, at: number): Promise<number> {
  const ctx = deps.open("first-primary");
  const { clock } = deps;
  const ahead = at - clock.now();
  const woken: string[] = [];
  const collecting = { sendBatch: collectInto(woken) };
  const done = await job.run(
    {
      ...ctx,
      clock: { ...clock, now: () => clock.now() + ahead },
      queues: { push: collecting, email: collecting, bulk: collecting, hooks: collecting },
    },
    deps,
  );
  await sendNow(ctx, [...new Set(woken)]);
  return done;
}

/** Keeps the ids that a job puts onto a queue. */
function collectInto(woken: string[]): Ctx["queues"]["push"]["sendBatch"] {
  return async (messages) => {
    for (const { body } of messages) if ("ids" in body) woken.push(...body.ids);
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
  };
}

async function sendNow(ctx: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const now = ctx.clock.now();
  const { queued } = await ctx.db.write({
    queued: sql<ToWake>`UPDATE ${dispatches} SET created_at = ${now}, due_at = ${now}, updated_at = ${now},
        expires_at = iif(expires_at <= ${now}, NULL, expires_at), wake_at = ${now + ctx.config.sweepAfterMs}
      WHERE ${inJson(dispatches.id, ids)} AND status = 'queued' RETURNING id, channel, lane, due_at AS at`,
  });
  await wake(ctx, queued);
}
