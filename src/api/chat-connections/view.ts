import type { z } from "@hono/zod-openapi";
import { brokenText, statusOf } from "../../channels/chat/standing.ts";
import type { ChatConnection } from "../../db/schema/index.ts";
import { iso } from "../../lib/clock.ts";
import type * as schemas from "./schemas.ts";

/** A connection as its owner sees it: never its secret. */
export const view = (row: ChatConnection): z.infer<typeof schemas.shown> => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  user_id: row.user_id,
  org_id: row.org_id,
  channel: row.target,
  hint: row.hint,
  status: statusOf(row),
  broken:
    row.broken_code === null || row.broken_at === null
      ? null
      : { code: row.broken_code, message: brokenText(row.broken_code), at: iso(row.broken_at) },
  created_at: iso(row.created_at),
  updated_at: iso(row.updated_at),
});
