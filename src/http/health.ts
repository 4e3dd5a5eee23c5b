import { createRoute, z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { dispatches, jobRuns } from "../db/schema/index.ts";
import { iso, MINUTE } from "../lib/clock.ts";
import type { App } from "./app-env.ts";
import { json, printedTime } from "./schemas.ts";

/** D1's limit for one database, which cannot be raised. */
const DATABASE_LIMIT_BYTES = 10_000_000_000;

/** A cron that has not come for so long is a finding, and so is a dispatch that is so late. */
const CRON_LATE_MS = 5 * MINUTE;
const OVERDUE_MS = 10 * MINUTE;

const health = z
  .object({
    status: z.enum(["ok", "degraded"]),
    cron: z.object({ last_tick_at: printedTime.nullable(), last_error: z.string().nullable() }),
    oldest_overdue_seconds: z
      .int()
      .nullable()
      .openapi({ description: "How late the oldest unsent dispatch is." }),
    database: z.object({ size_bytes: ctx.db.size(),
      limit_bytes: DATABASE_LIMIT_BYTES,
    },
  };
}

export function registerHealth(app: App): void {
  app.openapi(route, async (c) => {
    const found = await checkHealth(c.get("deps").open("first-unconstrained", c.get("log")));
    c.header("cache-control", "no-store");
    return found.status === "ok" ? c.json(found, 200) : c.json(found, 503);
  });
}
