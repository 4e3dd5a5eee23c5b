import { type SQL, sql } from "drizzle-orm";
import type { Config } from "../config/config.ts";
import { dispatches } from "../db/schema/index.ts";
import type { ChannelTraits } from "./channel.ts";
import type { ToWake } from "./wake.ts";

/** Dispatches that one write takes. What is left is taken by the next one, or by the sweep. */
const MOST_TAKEN = 1_000;

/**
 * The statement that takes what triggers have queued and nobody has woken: their `wake_at` is 0. It runs at the end of every
 * write, so that its dispatches need not wait for the sweep. It finds nothing in the index while nobody wants webhooks. What a
 * write took whose answer was lost is found by the sweep.
 */
export const takeTriggered = (
  channels: Iterable<Pick<ChannelTraits, "channel" | "isTriggered">>,
  { sweepAfterMs }: Pick<Config, "sweepAfterMs">,
): SQL<ToWake> | null => {
  const names = [...channels].flatMap(({ channel, isTriggered }) => (isTriggered ? [channel] : []));
  return names.length === 0
    ? null
    : sql<ToWake>`UPDATE ${dispatches} SET wake_at = due_at + ${sweepAfterMs} WHERE id IN (SELECT id FROM ${dispatches}
        WHERE channel IN ${names} AND wake_at = 0 LIMIT ${MOST_TAKEN}) RETURNING id, channel, lane, due_at AS at`;
};
