import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { insertRows, JSON_PARAMETER_BYTES } from "../db/json.ts";
import { devOutbox, dispatches } from "../db/schema/index.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import { CLEARED } from "./cleared.ts";
import type { Taken } from "./message.ts";

/** So many messages are kept, the newest. */
export const KEPT = 500;

const ofDispatch = (column: "user_id" | "type") =>
  sql`(SELECT ${sql.identifier(column)} FROM ${dispatches} WHERE id = value->>'dispatch_id')`;

/** Keeps what a provider took, and removes what is too old. One round trip. What it cannot keep, it logs. */
export async function keepTaken(
  ctx: Pick<Ctx, "db" | "ids" | "log">,
  taken: readonly Taken[],
): Promise<void> {
  const rows = taken.slice(-KEPT).map(({ dispatchId, to, content }) => ({
    id: ctx.ids.uuid(),
    channel: content.channel,
    dispatch_id: dispatchId,
    user_id: "",
    type: "",
    recipient: to,
    message: JSON.stringify(content.message),
  }));
  const options = {
    // A user who is erased meanwhile has no dispatches any more.
    where: sql`EXISTS (SELECT 1 FROM ${dispatches} WHERE id = value->>'dispatch_id')`,
    computed: { user_id: ofDispatch("user_id"), type: ofDispatch("type") },
    onConflict: sql`ON CONFLICT DO NOTHING`,
  };
  const old = sql`(SELECT id FROM ${devOutbox} WHERE channel <> ${CLEARED} ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`;
  try {
    await ctx.db.write({
      kept: chunksByBytes(rows, JSON_PARAMETER_BYTES).map((part) => insertRows(devOutbox, part, options)),
      removed: sql`DELETE FROM ${devOutbox} WHERE id <= ${old} AND channel <> ${CLEARED}`,
    });
  } catch (error) {
    ctx.log.error("dev_outbox_failed", error, { messages: taken.length });
  }
}
