import { z } from "@hono/zod-openapi";
import { printedTime } from "../../http/schemas.ts";

export const health = z
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
