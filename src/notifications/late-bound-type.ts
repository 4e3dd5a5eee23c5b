import type { SQL } from "drizzle-orm";
import type { Statement } from "../db/client.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { EmailContent } from "../content/index.ts";

/**
 * Messages that say what is true when they are sent, and not what was when they were queued: hours may lie between. One
 * of which nothing is left is not sent.
 */
export interface LateBound {
  /** Whether this dispatch is one. */
  isOne(dispatch: Pick<Dispatch, "type" | "payload">): boolean;
  /** Reads, of dispatches that are claimed, what their messages say. @param claimed ids, as a subquery */
  statement(claimed: SQL, now: number): Statement;
  /** What that statement found, by dispatch; one with nothing left to tell is missing. */
  contents(found: readonly unknown[]): Iterable<readonly [dispatchId: string, content: EmailContent]>;
}
