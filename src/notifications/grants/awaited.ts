import type { SQL } from "drizzle-orm";
import type { NotificationType } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import type { Parsed, Statement } from "../../db/statement.ts";
import { wholeUsers } from "../../schedules/user-schedules.ts";

/** The messages of a type that wait, each for itself, for the directory to have their user or their grant. */
export interface Awaited {
  /** The condition that the key of `o` is of this type. */
  readonly isOfType: SQL;
  /** Whether what a dedupe key `o` of a user `j.value` waits with still holds. */
  readonly stands: SQL;
  /** Whether the directory also has all that its message needs. */
  readonly isReady: SQL;
  /** The type under which those that are given up are counted; null: they are not counted. */
  readonly countedAs: NotificationType | null;
  /** Reads those that can be sent to these users now. @param due a query of `user_id` */
  readReady(due: SQL): Parsed<Ready>;
}

/** What can be sent now. */
export interface Ready {
  /** Whether all of a user's were read: the query was cut off at its limit. */
  isAllOf(userId: string): boolean;
  /** Statements that queue a message for each of those that still hold. `ids` are those of the messages. */
  notify(ctx: Ctx): { ids: readonly string[]; statements: readonly Statement[] };
}

/** What was read in the order of `user_id`, at most `limit` rows. */
export function readyOf<Row extends { user_id: string }>(
  rows: readonly Row[],
  limit: number,
  notify: (ctx: Ctx, rows: readonly Row[]) => ReturnType<Ready["notify"]>,
): Ready {
  const { covers, cut } = wholeUsers(rows, limit);
  return {
    isAllOf: (userId) => covers(userId) && userId !== cut,
    notify: (ctx) => notify(ctx, rows),
  };
}
