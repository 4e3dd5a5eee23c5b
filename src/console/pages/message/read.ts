import { dispatchAsked } from "../../../explain/ask.ts";
import { explainDispatch, type OnChannel } from "../../../explain/explain.ts";
import type { Scope } from "../../../auth/scope.ts";
import type { Ctx } from "../../../ctx.ts";
import { Failure } from "../../../lib/failure.ts";
import { type Addressee, addresseeOf } from "../../../log/addressee.ts";
import { tellTimeline, type Timeline, timelineRows } from "../../../log/timeline/read.ts";

/** Everything that the page of a message shows. */
export interface Message extends Timeline {
  /** Null: the user is not known, or has left the viewer's organizations. */
  addressee: Addressee | null;
  /** What the rules say now; null where the viewer may do nothing with the message any more. */
  explained: OnChannel | null;
}

/**
 * Reads a message. Three round trips at most: what happened, what the rules depend upon, and words that the isolate does
 * not have.
 * @throws 404
 */
export async function readMessage(ctx: Ctx, scope: Scope, id: string): Promise<Message> {
  const { rows, asked, addressee } = await ctx.db.read({
    rows: timelineRows(scope, id),
    asked: dispatchAsked(scope, id),
    addressee: addresseeOf(scope, id),
  });
  const [timeline, explained] = await Promise.all([
    tellTimeline(ctx, scope, rows),
    ifAllowed(async () => (await explainDispatch(ctx, scope, asked())).channels[0] ?? null),
  ]);
  return { ...timeline, addressee: addressee[0] ?? null, explained };
}

/** Null where the user has left the viewer's organizations: the message may be seen still, and nothing done with it. */
async function ifAllowed<T>(explain: () => Promise<T>): Promise<T | null> {
  try {
    return await explain();
  } catch (error) {
    if (error instanceof Failure && error.options.code === "user_moved") return null;
    throw error;
  }
}
