import { createRoute, z } from "@hono/zod-openapi";
import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { dispatches, jobRuns } from "../../db/schema/index.ts";
import { DAY, iso, MINUTE } from "../../lib/clock.ts";
import type { App } from "../../http/app-env.ts";
import { json, printedTime, problems } from "../../http/schemas.ts";

/** D1 takes no more rows once it is full, and a limit of 10 GB cannot be raised: there must be time to act. */
const ALMOST_FULL = 0.8;

/** A cron that has not come for so long is a finding, and so is a dispatch that is so late. */
const CRON_LATE_MS = 5 * MINUTE;
const OVERDUE_MS = 10 * MINUTE;

/** Every job runs at least once an hour. */
const JOB_GONE_MS = 2 * DAY;

const health = z
  .object({
    status: z.enum(["ok", "degraded"]),
    cron: z.object({
      last_tick_at: printedTime.nullable().openapi({ description: "Null before the first tick." }),
      failing_jobs: z.array(z.string()).openapi({ description: "Jobs whose last run failed." }),
    }),
    oldest_overdue_seconds: z
      .int()
      .nullable()
      .openapi({ description: "How late the oldest unsent dispatch is; null when none is." }),
    database: z.object({ size_bytes: z.int(), limit_bytes: z.int() }),
  })
  .openapi("Health");

const route = createRoute({
  method: "get",
  path: "/healthz",
  tags: ["Operations"],
  summary: "Is the service well?",
  description:
    "200 when it is; 503 when the cron has not come (yet), a job fails, a dispatch is more than ten minutes late, or the database is 80 % full. For uptime monitors; needs no token.",
  security: [],
  responses: {
    200: json(health, "It is well"),
    503: {
      description: "It needs a look, or cannot even say",
      content: { ...json(health, "").content, ...problems()[503].content },
    },
  },
});

/** How many unfinished dispatches of a channel are looked at: those that are overdue come before those for later. */
const LOOKED_AT = 1_000;

/** The sweep moves `wake_at` of what it has woken, so lateness is counted from `due_at`; `wake_at` only gives the order. */
const isNextToWake = (channel: string): SQL =>
  sql`id IN (SELECT id FROM ${dispatches} WHERE channel = ${channel} AND wake_at IS NOT NULL
    ORDER BY wake_at LIMIT ${LOOKED_AT})`;

/** Looks at the last tick, the oldest overdue dispatch and the database's size. One round trip. */
async function checkHealth(ctx: Ctx): Promise<z.infer<typeof health>> {
  const now = ctx.clock.now();
  const [runs = [], overdue = []] = await ctx.db.readList([
    sql`SELECT * FROM ${jobRuns}`,
    sql`SELECT min(due_at) AS due_at FROM ${dispatches} WHERE ${sql.join([...ctx.channels.keys()].map(isNextToWake), sql` OR `)}`,
  ]);
  const jobs = runs as (typeof jobRuns.$inferSelect)[];
  const lastTick = jobs.length === 0 ? null : Math.max(...jobs.map((run) => run.started_at));
  // One that has not run for so long is no longer a job of ours.
  const failing = jobs
    .filter((run) => run.error !== null && now - run.started_at < JOB_GONE_MS)
    .map((run) => run.job);
  const dueAt = (overdue as { due_at: number | null }[])[0]?.due_at ?? null;
  const overdueMs = dueAt === null || dueAt >= now ? null : now - dueAt;
  const database = { size_bytes: ctx.db.size(), limit_bytes: ctx.config.databaseLimitBytes };
  const degraded =
    database.size_bytes >= ALMOST_FULL * database.limit_bytes ||
    lastTick === null ||
    now - lastTick > CRON_LATE_MS ||
    (overdueMs ?? 0) > OVERDUE_MS ||
    failing.length > 0;
  return {
    status: degraded ? "degraded" : "ok",
    cron: { last_tick_at: lastTick === null ? null : iso(lastTick), failing_jobs: failing },
    oldest_overdue_seconds: overdueMs === null ? null : Math.floor(overdueMs / 1_000),
    database,
  };
}

export function registerHealth(app: App): void {
  app.openapi(route, async (c) => {
    const found = await checkHealth(c.get("deps").open("first-unconstrained", c.get("log")));
    c.header("cache-control", "no-store");
    return found.status === "ok" ? c.json(found, 200) : c.json(found, 503);
  });
}
