import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import { applications, deadlineMoves, grants, matches, dedupeKeys } from "../../db/schema/index.ts";
import type { Change } from "../../directory/collection.ts";
import type { Consequences } from "../../directory/reaction.ts";
import { isAwaiting } from "../../outbox/placeholders.ts";
import { rescheduleNow, rescheduleSteps } from "../../schedules/user-schedules.ts";

/** The most grants and users in one portion, and portions in one run. */
const GRANTS = 500;
const USERS = 5_000;
const PORTIONS_PER_TICK = 10;

interface Move {
  grant_id: string;
  after: string;
}

/** A user who follows a grant with a new deadline, and since when the deadline is known. */
interface Affected {
  grant_id: string;
  user_id: string;
  at: number;
}

/** Records which grants are new or have a new deadline. They may have many users, so the job reschedules them. */
export function recordMoves(
  _ctx: Ctx,
  { rows }: Change<{ id: string; deadline: number | null }>,
): Consequences {
  const given = JSON.stringify(rows.map(({ id, deadline }) => ({ id, deadline })));
  return {
    before: [
      sql`INSERT INTO ${deadlineMoves} (grant_id, after)
        SELECT n.value->>'id', '' FROM json_each(${given}) AS n LEFT JOIN ${grants} AS g ON g.id = n.value->>'id'
        WHERE g.id IS NULL OR (n.value->>'deadline' IS NOT NULL AND n.value->>'deadline' IS NOT g.deadline)
        ON CONFLICT (grant_id) DO UPDATE SET after = ''`,
    ],
  };
}

/**
 * Reschedules the users of grants that are new or have a new deadline. In portions, because a grant may have more users than
 * one batch can write. Two round trips a portion, one when there is nothing to do.
 */
export async function spreadMoves(ctx: Ctx): Promise<void> {
  await inPortions(ctx.db, PORTIONS_PER_TICK, async () => {
    const { moves, affected } = await ctx.db.read({ moves: MOVES, affected: AFFECTED });
    if (moves.length > 0) await spread(ctx, moves, affected);
    return { done: moves.length, isLast: moves.length < GRANTS && affected.length < USERS };
  });
}

const MOVES: SQL<Move> = sql<Move>`SELECT grant_id, after FROM ${deadlineMoves} ORDER BY grant_id LIMIT ${GRANTS}`;

/** Users in the order of the table's index, so that no more rows are read than the limit. */
const affectedBy = (table: typeof matches | typeof applications): SQL =>
  sql`SELECT * FROM (SELECT v.grant_id, t.user_id, g.known_since AS at FROM ${deadlineMoves} AS v
    CROSS JOIN ${grants} AS g ON g.id = v.grant_id
    CROSS JOIN ${table} AS t ON t.grant_id = v.grant_id AND t.user_id > v.after
    ORDER BY v.grant_id, t.user_id LIMIT ${USERS})`;

const AFFECTED: SQL<Affected> = sql<Affected>`SELECT * FROM (${affectedBy(matches)} UNION ${affectedBy(applications)})
  ORDER BY grant_id, user_id LIMIT ${USERS}`;

/** If a deadline moves again meanwhile, its `after` is empty again, so it starts over with the first user. */
async function spread(ctx: Ctx, moves: readonly Move[], affected: readonly Affected[]): Promise<void> {
  const last = affected.length < USERS ? undefined : affected.at(-1);
  const done = moves.filter(({ grant_id }) => last === undefined || grant_id < last.grant_id);
  const current = moves.find(({ grant_id }) => grant_id === last?.grant_id);
  const isAsSeen = (list: readonly Move[]) =>
    sql`(grant_id, after) IN (SELECT value->>'grant_id', value->>'after' FROM json_each(${JSON.stringify(list)}))`;
  const given = JSON.stringify(affected.map(({ user_id, at }) => ({ user_id, at })));
  await ctx.db.write({
    deadlines: rescheduleSteps(
      "deadlines",
      sql`SELECT value->>'user_id' AS user_id, value->>'at' AS at FROM json_each(${given})`,
    ),
    matches: rescheduleNow(
      "matches",
      sql`SELECT value->>'user_id' AS user_id FROM json_each(${given})
        WHERE EXISTS (SELECT 1 FROM ${dedupeKeys} AS o WHERE ${isAwaiting(sql`value->>'user_id'`)})`,
      ctx.clock.now(),
    ),
    done: sql`DELETE FROM ${deadlineMoves} WHERE ${isAsSeen(done)}`,
    progress:
      last !== undefined && current !== undefined
        ? [sql`UPDATE ${deadlineMoves} SET after = ${last.user_id} WHERE ${isAsSeen([current])}`]
        : [],
  });
}
