import type { SQL } from "drizzle-orm";
import type { Parsed } from "../db/statement.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { EmailContent } from "../content/index.ts";

/**
 * Messages that say what is true when they are sent, and not what was when they were queued: hours may lie between. One
 * of which nothing is left is not sent.
 */
export interface LateBound {
  /** Whether this dispatch is one. */
  isOne(dispatch: Pick<Dispatch, "type" | "payload">): boolean;
  /** Reads, of dispatches that are claimed, what their messages say; one with nothing left to tell is missing. */
  read(claimed: SQL, now: number): Parsed<(readonly [dispatchId: string, content: EmailContent])[]>;
}
