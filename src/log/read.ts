import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { type Dispatch, dispatches, dedupeKeys, UNFINISHED } from "../db/schema/index.ts";
import { inScope, mayAct, type Scope } from "../auth/scope.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { fallbackKey } from "../outbox/dedupe-keys.ts";
import { inJson } from "../db/json.ts";
import { IS_TO_PERSON } from "../outbox/channel.ts";

/** A dispatch with the id of the one that followed it on another channel. Missing when not read. */
export type Linked = Dispatch & { followed_by?: string | null };

/**
 * A further column of `SELECT … FROM dispatches`: which one followed it, from the dedupe key of the fallback. One look-up by an
 * index, and none where the dispatch names no fallback. A look-up costs a read row even when it finds nothing.
 */
export const followedBy: SQL = sql`
  CASE WHEN ${dispatches}.fallback IS NOT NULL THEN (SELECT o.dispatch_id FROM ${dedupeKeys} AS o
    WHERE o.key = ${fallbackKey(sql`${dispatches}.id`)}) END AS followed_by`;

/** The links that there are, as a view prints ids. */
export const printLinks = (
  { follows, followed_by }: Linked,
  print: (id: string) => string,
): { follows?: string; followed_by?: string } => ({
  ...(follows != null && { follows: print(follows) }),
  ...(followed_by != null && { followed_by: print(followed_by) }),
});

const sent = { userId: sql`${dispatches}.user_id`, orgId: sql`${dispatches}.org_id` };

/** One dispatch with its links, if it is in scope. */
export const findDispatch = (scope: Scope, channel: string | null, id: string): SQL<Linked> =>
  sql<Linked>`SELECT *, ${followedBy} FROM ${dispatches} WHERE ${ofId(channel, id)} AND ${inScope(scope, sent)}`;

const ofId = (channel: string | null, id: string): SQL =>
  sql`${dispatches}.id = ${id} AND ${channel === null ? IS_TO_PERSON : sql`channel = ${channel}`}`;

/** The condition that this dispatch is there, and the caller may do something with it. */
export const isActable = (scope: Scope, channel: string | null, id: string): SQL =>
  sql`${ofId(channel, id)} AND ${mayAct(scope, sent)}`;

/** A dispatch, and whether the caller may do something with it. */
export type Actable = Dispatch & { may_act: 0 | 1 };

/** Reads a dispatch in scope with which the caller wants to do something: `actable` takes it. */
export const findActable = (scope: Scope, channel: string | null, id: string): SQL<Actable> =>
  sql<Actable>`SELECT *, ${mayAct(scope, sent)} AS may_act FROM ${dispatches}
    WHERE ${ofId(channel, id)} AND ${inScope(scope, sent)}`;

/**
 * What `findActable` found.
 * @param noun what it is called where there is none
 * @throws 404 outside the scope, 403 `user_moved` where its user has left the caller's organizations
 */
export function actable([row]: readonly Actable[], noun: string): Dispatch {
  if (row === undefined) throw notFound(noun);
  const { may_act, ...dispatch } = row;
  if (may_act === 1) return dispatch;
  throw new Failure("forbidden", "Its user belongs to none of your organizations now.", {
    code: "user_moved",
  });
}

/** When to read the rows, as parts of the whole wait: of 3 s after 0.1, 0.3, 0.8, 1.8 and 3 s. Always five reads. */
const READS = [1 / 30, 1 / 10, 4 / 15, 3 / 5, 1];

/** Whether waiting is over: the outcome is there, or the first attempt has failed and others follow later. */
const isSettled = (dispatch: Dispatch): boolean => isFinished(dispatch) || dispatch.attempts > 0;

/**
 * Whether a dispatch may have reached its user. Users are shown no text of another one: it may be for later, or have been
 * stopped because it was wrong.
 */
export const wasSent = ({ status }: Pick<Dispatch, "status">): boolean => SENT.includes(status);

const SENT: readonly Dispatch["status"][] = ["sent", "delivered", "bounced"];

export const isFinished = ({ status }: Pick<Dispatch, "status">): boolean => !UNFINISHED.includes(status);

/** Reads dispatches with their links by id, in order of their ids. */
export async function readDispatches(ctx: Ctx, ids: readonly string[]): Promise<Linked[]> {
  const { rows } = await ctx.db.read({
    rows: sql<Linked>`SELECT *, ${followedBy} FROM ${dispatches} WHERE ${inJson(dispatches.id, ids)} ORDER BY id`,
  });
  return rows;
}

/**
 * Waits until all are settled, but no longer than `waitMs`. Returns each as it was last read, in the order given.
 * It never throws: the dispatches are in the outbox, whether or not they can be read.
 */
export async function awaitOutcome(ctx: Ctx, known: readonly Dispatch[], waitMs: number): Promise<Linked[]> {
  const ids = known.map((dispatch) => dispatch.id);
  let seen: Linked[] = [...known];
  let waited = 0;
  for (const part of waitMs > 0 ? READS : []) {
    if (seen.every(isSettled)) break;
    const until = Math.round(part * waitMs);
    await ctx.clock.sleep(until - waited);
    waited = until;
    try {
      const found = new Map((await readDispatches(ctx, ids)).map((dispatch) => [dispatch.id, dispatch]));
      seen = seen.map((dispatch) => found.get(dispatch.id) ?? dispatch);
    } catch (error) {
      ctx.log.error("look_failed", error, { dispatches: ids.length });
    }
  }
  return seen;
}
