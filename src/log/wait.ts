import { sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { inJson } from "../db/json.ts";
import { type Dispatch, dispatches } from "../db/schema/index.ts";
import { type Linked, linksOf } from "./links.ts";

/** When to read the rows, as parts of the whole wait: of 3 s after 0.1, 0.3, 0.8, 1.8 and 3 s. Always five reads. */
const READS = [1 / 30, 1 / 10, 4 / 15, 3 / 5, 1];

/** Whether waiting is over: the outcome is there, or the first attempt has failed and others follow later. */
export const isSettled = ({ status, attempts }: Dispatch): boolean =>
  (status !== "queued" && status !== "sending") || attempts > 0;

export const isFinished = ({ status }: Dispatch): boolean => status !== "queued" && status !== "sending";

/** Reads dispatches with their links by id, in order of their ids. */
export async function readDispatches(ctx: Ctx, ids: readonly string[]): Promise<Linked[]> {
  const { rows } = await ctx.db.read({
    rows: sql<Linked>`SELECT *, ${linksOf(ctx)} FROM ${dispatches} WHERE ${inJson(dispatches.id, ids)} ORDER BY id`,
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
