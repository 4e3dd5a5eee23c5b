import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Db } from "../db/client.ts";
import { inJson } from "../db/json.ts";
import { dispatches } from "../db/schema/index.ts";
import type { ChannelTraits } from "./channel.ts";
import { type ToWake, wake } from "./wake.ts";

/** Dispatches that one write takes. What is left is taken by the next one, or by the sweep. */
const MOST_TAKEN = 1_000;

/**
 * The statement that finds what triggers have queued and nobody has woken: its `wake_at` is 0. It runs at the end of every
 * write, so that nothing waits for the sweep. It reads no row while there is no such dispatch.
 * @returns null where triggers queue nothing on any of the channels
 */
export function findTriggered(
  channels: Iterable<Pick<ChannelTraits, "channel" | "isTriggered">>,
): SQL<{ id: string }> | null {
  const names = [...channels].flatMap(({ channel, isTriggered }) => (isTriggered ? [channel] : []));
  return names.length === 0
    ? null
    : sql<{
        id: string;
      }>`SELECT id FROM ${dispatches} WHERE channel IN ${names} AND wake_at = 0 LIMIT ${MOST_TAKEN}`;
}

/**
 * Takes what was found, and wakes it. Of two writes at once only one takes a dispatch. One round trip. It never throws: what
 * is lost is found by the sweep.
 * @param db writes without finding anything itself
 */
export async function wakeTriggered(
  ctx: Ctx,
  found: readonly { id: string }[],
  db: Pick<Db, "write">,
): Promise<void> {
  try {
    const { taken } = await db.write({
      taken: sql<ToWake>`UPDATE ${dispatches} SET wake_at = due_at + ${ctx.config.sweepAfterMs}
        WHERE ${inJson(
          dispatches.id,
          found.map(({ id }) => id),
        )} AND wake_at = 0 RETURNING id, channel, lane, due_at AS at`,
    });
    await wake(ctx, taken);
  } catch (error) {
    ctx.log.error("triggered_not_woken", error, { dispatches: found.length });
  }
}
