import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { dispatches, notificationRecords as records, PAUSE_EVENTS } from "../../db/schema/index.ts";
import { pauseActivated } from "./type.ts";

// A record of the flow shows what became of its dispatches. Nothing is written when one of them changes: these expressions,
// for statements on `notification_records`, derive it when it is read. The record's id is the `batch_id` of its dispatches,
// also of the e-mail that follows a failed push.

const CHANNELS_IN_ORDER = JSON.stringify([...pauseActivated.channels, pauseActivated.fallback]);

/** The wording of the contract. */
const FELL_BACK = "Email fallback triggered due to push failure";

const ofRecord = sql`d.batch_id = ${records.id}`;

/** A push has worked as soon as one device has accepted it, even while others are being tried. */
const worked = sql`(d.status IN ('sent', 'delivered') OR (d.channel = 'push' AND d.delivered_count > 0))`;

/** Records of clients, and channels that were set by a PUT, stay as they were written. */
const follows = sql`(${records.source} = 'flow' AND NOT ${records.channels_fixed})`;

/** The channels that are stored, and those of the dispatches that `which` selects and that have worked. JSON. */
const channelsWith = (which: SQL): SQL => sql`iif(${follows},
  (SELECT json_group_array(c.value) FROM json_each(${CHANNELS_IN_ORDER}) AS c WHERE c.value IN (
    SELECT s.value FROM json_each(${records.channels_notified}) AS s
    UNION ALL SELECT d.channel FROM ${dispatches} AS d WHERE ${ofRecord} AND ${worked} AND ${which})),
  ${records.channels_notified})`;

/** JSON array of the channels that have worked so far. */
export const channelsNotified: SQL = channelsWith(sql`true`);

/** JSON array of ids. For a record of the flow: all its dispatches, fallbacks included, in the order in which they were made. */
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

/** The note that was written, else why a channel did not work; null when all worked. */
export const notes: SQL = sql`coalesce(${records.notes}, iif(${follows}, coalesce(${ofFallback}, ${ofPush}), NULL))`;

/**
 * Writes into the records what they derive from dispatches that are about to be deleted: for the batch that deletes them,
 * before the deletion. Idempotent.
 * @param doomed the ids of these dispatches, as a subquery in parentheses
 */
export const keepOutcomes = (doomed: SQL): Statement => sql`UPDATE ${records} SET
    channels_notified = ${channelsWith(sql`d.id IN ${doomed}`)}, dispatch_ids = ${dispatchIds}, notes = ${notes}
  WHERE source = 'flow' AND id IN (SELECT d.batch_id FROM ${dispatches} AS d
    WHERE d.id IN ${doomed} AND d.type IN ${PAUSE_EVENTS})`;
