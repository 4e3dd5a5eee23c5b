import { type SQL, sql } from "drizzle-orm";
import { dispatches } from "../../db/schema/index.ts";
import { MINUTE } from "../../lib/clock.ts";
import { byMessage } from "../../outbox/by-message.ts";

/** Providers' clocks may be behind ours by this much. */
const CLOCK_SKEW_MS = MINUTE;

/** How an event refers to its dispatch. */
interface Reference {
  id: string | null;
  message: string | null;
  /** Epoch ms. */
  at: number;
  untimed?: true | undefined;
}

/**
 * `FROM … WHERE …` of the events `e` and their dispatches `d`. CROSS JOIN makes SQLite begin with the events. Otherwise it
 * would read every message of the channel.
 * @param channel of any other an event says nothing
 * @param join further tables
 */
export const aboutDispatches = (channel: string, rows: readonly Reference[], join: SQL = sql``): SQL =>
  sql`FROM json_each(${JSON.stringify(rows)}) AS e CROSS JOIN ${dispatches} AS d
    ON d.id = coalesce(e.value->>'id', ${byMessage(sql`e.value->>'message'`)}) ${join} WHERE +d.channel = ${channel}`;

/**
 * Whether a dispatch's message id is of the present try. While that is not settled, what is there is of the one before, which
 * a person has repeated.
 */
const IS_SETTLED: SQL = sql`(d.status <> 'queued' AND d.claim_id IS NULL)`;

/**
 * Whether an event is about the present try: it is not older than a retry that a person asked for. One without a time of its
 * own may be of the try before, however late it comes: it must not be about that one's message. Once the dispatch has its
 * message, it must be about this one, unless it says that another attempt, whose answer was lost, has arrived as well.
 */
export const IS_OF_THIS_TRY: SQL = sql`(e.value->>'at' >= coalesce(d.scheduled_at, 0) - ${CLOCK_SKEW_MS}
  AND (e.value->>'untimed' IS NULL OR d.provider_message_id IS NULL OR e.value->>'message' IS NULL
    OR iif(${IS_SETTLED}, d.provider_message_id = e.value->>'message' OR e.value->>'status' IS 'delivered',
      d.provider_message_id <> e.value->>'message')))`;
