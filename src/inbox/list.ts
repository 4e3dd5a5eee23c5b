import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { users } from "../db/schema/index.ts";
import { subjectMissing, type Subject, ensureSubject } from "../directory/subject.ts";
import type { InboxRow } from "./message.ts";
import { type InboxFilter, listInboxPage, type Standing, standingOf } from "./queries.ts";

/** A page of an inbox, and where the inbox stood when it was read. */
export interface InboxPage extends Standing {
  /** Up to one more than the page's limit. */
  rows: InboxRow[];
}

/**
 * The caller's messages, newest first. One round trip. A second one creates a caller whom the directory does not have, if
 * the token allows that, so that messages can be sent to the caller. Any other caller who is missing gets an empty list.
 * @throws 410 for a caller who was erased
 */
export async function listInbox(
  ctx: Ctx,
  caller: Subject,
  filter: InboxFilter,
  page: { limit: number; before: string | null },
): Promise<InboxPage> {
  const { rows, standing, known } = await ctx.db.read({
    rows: listInboxPage(caller.id, filter, page),
    standing: standingOf(caller.id),
    known: sql`SELECT 1 FROM ${users} WHERE id = ${caller.id}`,
  });
  if (known.length === 0 && caller.create !== null) {
    const { create, why } = await ensureSubject(ctx, caller);
    const { erased } = await ctx.db.write({ create, erased: why });
    if (erased.length > 0) throw subjectMissing(caller, erased);
  }
  return { rows, ...standing };
}
