import type { z } from "@hono/zod-openapi";
import type { Health } from "../../insight/health.ts";
import { iso } from "../../lib/clock.ts";
import type * as schemas from "./schemas.ts";

export const healthView = ({
  isWell,
  lastTickAt,
  failingJobs,
  overdueMs,
  database,
}: Health): z.infer<typeof schemas.health> => ({
  status: isWell ? "ok" : "degraded",
  cron: { last_tick_at: lastTickAt === null ? null : iso(lastTickAt), failing_jobs: failingJobs },
  oldest_overdue_seconds: overdueMs === null ? null : Math.floor(overdueMs / 1_000),
  database: { size_bytes: database.sizeBytes, limit_bytes: database.limitBytes },
});
