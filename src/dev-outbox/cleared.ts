import { sql } from "drizzle-orm";
import { builder } from "../db/builder.ts";
import type { Ctx } from "../ctx.ts";
import { devOutbox } from "../db/schema/index.ts";

/** The channel of the row that says when the outbox was emptied. */
export const CLEARED = "cleared";

/** Empties the outbox. In-app messages stay where they are, but are shown there no more. One round trip. */
export async function clearOutbox(ctx: Pick<Ctx, "db" | "ids">): Promise<void> {
  const id = ctx.ids.uuid();
  const none = { dispatch_id: "", user_id: "", type: "", recipient: "", message: "{}" };
  await ctx.db.write({
    emptied: sql`DELETE FROM ${devOutbox} WHERE id < ${id}`,
    cleared: builder
      .insert(devOutbox)
      .values({ id, channel: CLEARED, ...none })
      .onConflictDoNothing(),
  });
}
