import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { dispatches, notificationRecords as records, PAUSE_EVENTS } from "../../db/schema/index.ts";

// A record of the flow says what became of its dispatches. Nothing is written when one of them changes: what is read is
// worked out from them, by these expressions for statements on `notification_records`. A record is the batch of its
// dispatches, so that the fallback's follower, which inherits the batch, is found like the others.

const CHANNELS_IN_ORDER = JSON.stringify(["push", "in_app", "email"]);

/** The wording of the contract. */
const FELL_BACK = "Email fallback triggered due to push failure";

const ofRecord = sql`d.batch_id = ${records.id}`;

/** A push worked once one device has accepted it, even while others are still being tried. */
const worked = sql`(d.status IN ('sent', 'delivered') OR (d.channel = 'push' AND d.delivered_count > 0))`;

/** Clients' records say what was posted; a PUT overrides. */
const follows = sql`(${records.source} = 'flow' AND NOT ${records.channels_fixed})`;

/** What is stored, and the channels of the dispatches that `which` selects, where they worked. JSON. */
const channelsWith = (which: SQL): SQL => sql`iif(${follows},
  (SELECT json_group_array(c.value) FROM json_each(${CHANNELS_IN_ORDER}) AS c WHERE c.value IN (
    SELECT s.value FROM json_each(${records.channels_notified}) AS s
    UNION ALL SELECT d.channel FROM ${dispatches} AS d WHERE ${ofRecord} AND ${worked} AND ${which})),
  ${records.channels_notified})`;

/** JSON array of the channels that have worked so far. */
export const channelsNotified: SQL = channelsWith(sql`true`);

/** JSON array of ids: of a record of the flow all its dispatches, followers included, in the order of their making. */
export const dispatchIds: SQL = sql`iif(${records.source} = 'flow',
  (SELECT json_group_array(id) FROM (
    SELECT s.value AS id FROM json_each(${records.dispatch_ids}) AS s
    UNION SELECT d.id FROM ${dispatches} AS d WHERE ${ofRecord} ORDER BY id)),
  ${records.dispatch_ids})`;

const ofFallback = sql`(SELECT iif(d.status IN ('queued', 'sending', 'sent', 'delivered'), ${FELL_BACK},
    ${FELL_BACK} || ', but not delivered either: ' || coalesce(d.error, d.status))
  FROM ${dispatches} AS d WHERE ${ofRecord} AND d.channel = 'email' LIMIT 1)`;

const ofPush = sql`(SELECT 'Push not delivered: ' || coalesce(d.error, d.status) FROM ${dispatches} AS d
  WHERE ${ofRecord} AND d.channel = 'push' AND d.status IN ('failed', 'cancelled') AND NOT ${worked} LIMIT 1)`;

/** What was noted, else what there is to say of a channel that did not work; null when there is nothing. */
export const notes: SQL = sql`coalesce(${records.notes}, iif(${follows}, coalesce(${ofFallback}, ${ofPush}), NULL))`;

/**
 * Writes into the records what they would lose with dispatches that are about to be deleted. For the batch that deletes
 * them, before it does. Idempotent.
 * @param doomed the ids of these dispatches, as a subquery in parentheses
 */
export const keepOutcomes = (doomed: SQL): Statement => sql`UPDATE ${records} SET
    channels_notified = ${channelsWith(sql`d.id IN ${doomed}`)}, dispatch_ids = ${dispatchIds}, notes = ${notes}
  WHERE source = 'flow' AND id IN (SELECT d.batch_id FROM ${dispatches} AS d
    WHERE d.id IN ${doomed} AND d.type IN ${PAUSE_EVENTS})`;
