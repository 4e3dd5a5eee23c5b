import { sql } from "drizzle-orm";
import type { BeforeRemoval } from "../../ctx.ts";
import { dispatches, emailTotals } from "../../db/schema/index.ts";

/**
 * Adds e-mails that retention removes to the totals by type and status, so that "ever sent" stays true. They are removed in
 * the same batch, so that none is counted twice.
 */
export const addToTotals: BeforeRemoval = (ids) => sql`INSERT INTO ${emailTotals} (user_id, type, status, n)
  SELECT user_id, type, status, count(*) FROM ${dispatches}
  WHERE id IN ${ids} AND channel = 'email' AND status <> 'cancelled' GROUP BY user_id, type, status
  ON CONFLICT (user_id, type, status) DO UPDATE SET n = n + excluded.n`;
