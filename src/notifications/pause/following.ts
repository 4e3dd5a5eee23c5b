import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { dispatches, notificationRecords as records, PAUSE_EVENTS } from "../../db/schema/index.ts";
import { pauseActivated } from "./type.ts";

// A record that the pause flow wrote follows its dispatches: channels, ids and note are derived from them whenever the record
// is read, by these expressions for statements on `notification_records`. The record's id is the `batch_id` of its
// dispatches, including the e-mail that follows a failed push.

const CHANNELS_IN_ORDER = JSON.stringify([...pauseActivated.channels, pauseActivated.fallback]);

/** The API documents this text. */
const FELL_BACK = "Email fallback triggered due to push failure";

const ofRecord = sql`d.batch_id = ${records.id}`;

/** Whether a dispatch `d` has reached the coordinator. For a push one device is enough, even while others are being tried. */
const worked = sql`(d.status IN ('sent', 'delivered') OR (d.channel = 'push' AND d.delivered_count > 0))`;

/** Whether a record follows its dispatches. A client's record, or one whose channels were set by a PUT, stays as written. */
const follows = sql`(${records.source} = 'flow' AND NOT ${records.channels_fixed})`;

/** JSON array of the stored channels, and of those of dispatches that `which` selects and that have worked. */
const channelsWith = (which: SQL): SQL => sql`iif(${follows},
  (SELECT json_group_array(c.value) FROM json_each(${CHANNELS_IN_ORDER}) AS c WHERE c.value IN (
    SELECT s.value FROM json_each(${records.channels_notified}) AS s
    UNION ALL SELECT d.channel FROM ${dispatches} AS d WHERE ${ofRecord} AND ${worked} AND ${which})),
  ${records.channels_notified})`;

/** JSON array of the channels that have worked so far. */
export const channelsNotified: SQL = channelsWith(sql`true`);

/** JSON array of ids. A record of the flow has all its dispatches, with fallbacks, in the order in which they were made. */
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

/** The note that somebody wrote, else why a channel did not work; null if all worked. */
export const notes: SQL = sql`coalesce(${records.notes}, iif(${follows}, coalesce(${ofFallback}, ${ofPush}), NULL))`;

/**
 * Stores in the records what they derive from dispatches that are about to be deleted. Run it in the batch that deletes them,
 * before the deletion. Idempotent.
 * @param doomed the ids of these dispatches, as a subquery in parentheses
 */
export const keepOutcomes = (doomed: SQL): Statement => sql`UPDATE ${records} SET
    channels_notified = ${channelsWith(sql`d.id IN ${doomed}`)}, dispatch_ids = ${dispatchIds}, notes = ${notes}
  WHERE source = 'flow' AND id IN (SELECT d.batch_id FROM ${dispatches} AS d
    WHERE d.id IN ${doomed} AND d.type IN ${PAUSE_EVENTS})`;
