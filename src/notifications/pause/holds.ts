import { type SQL, sql } from "drizzle-orm";
import { notificationRecords, PAUSE_EVENTS, peerMentors } from "../../db/schema/index.ts";
import { PAUSED } from "./event.ts";

/** Whether a dispatch `d` is about a mentor's pause or return. */
export const IS_PAUSE_MESSAGE: SQL = sql`d.type IN ${PAUSE_EVENTS}`;

/**
 * Whether such a dispatch is still true: the mentor still pauses (or does not), and the user is still the mentor's
 * coordinator. A change back has its own messages.
 */
export const PAUSE_HOLDS: SQL = sql`EXISTS (SELECT 1 FROM ${notificationRecords} AS r
  CROSS JOIN ${peerMentors} AS m ON m.id = r.peer_mentor_id
  WHERE r.id = d.batch_id AND m.coordinator_id = d.user_id
    AND (m.status = ${PAUSED}) = (d.type = 'pause_activated'))`;

/** Whether a dispatch `d` is about a pause or return that is no longer true. */
export const PAUSE_IS_OVERTAKEN: SQL = sql`(${IS_PAUSE_MESSAGE} AND NOT ${PAUSE_HOLDS})`;
