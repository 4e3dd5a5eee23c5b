import { type SQL, sql } from "drizzle-orm";
import { type Scope, userInScope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { type Channel, withheld, type WithheldReason } from "../../db/schema/index.ts";
import { notFound } from "../../lib/failure.ts";
import { dayOf } from "./count.ts";

/** How often messages of a type were not made for one reason on one day (days since 1970, UTC). */
export interface Withheld {
  day: number;
  type: string;
  channel: Channel;
  reason: WithheldReason;
  n: number;
}

/** What was withheld from a user on the last `days` days, today included, newest first. @param most so many rows; -1: all */
export function withheldFrom(
  ctx: Pick<Ctx, "clock">,
  userId: string,
  days: number,
  most = -1,
): SQL<Withheld> {
  const today = dayOf(ctx.clock.now());
  const wanted = JSON.stringify(Array.from({ length: days }, (_, i) => today - i));
  return sql<Withheld>`SELECT w.day, w.type, w.channel, w.reason, w.n FROM json_each(${wanted}) AS d
    CROSS JOIN ${withheld} AS w ON w.day = d.value AND w.user_id = ${userId}
    ORDER BY w.day DESC, w.type, w.channel, w.reason LIMIT ${most}`;
}

/**
 * What was withheld from a user in the last `days` days, today included, newest first; a few rows a day. One round trip.
 * @throws 404 outside the scope, and for a user who is not known and from whom nothing was withheld
 */
export async function listWithheld(
  ctx: Ctx,
  { id, scope }: { id: string; scope: Scope },
  days: number,
): Promise<Withheld[]> {
  const { found, known } = await ctx.db.read({
    found: withheldFrom(ctx, id, days),
    known: sql`SELECT 1 WHERE ${userInScope(scope, sql`${id}`)}`,
  });
  // Whoever sees everything also asks about users whom the directory does not know yet.
  if (known.length === 0 && (scope.kind !== "all" || found.length === 0)) throw notFound("user");
  return found;
}
