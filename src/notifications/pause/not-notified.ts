import { type SQL, sql } from "drizzle-orm";
import { notificationRecords as records } from "../../db/schema/index.ts";

export const NO_COORDINATOR = "Nobody notified: the peer mentor has no coordinator";
export const UNKNOWN_COORDINATOR = "Nobody notified: the coordinator is not known";

/** Whether a record `r` is of the flow, and nobody was told. */
export const IS_NOT_NOTIFIED: SQL = sql`(r.source = 'flow' AND r.dispatch_ids = '[]' AND NOT r.channels_fixed)`;

/** The id of the flow's last record about a mentor: what came before it is overtaken. */
export const lastRecordOf = (mentorId: SQL): SQL =>
  sql`(SELECT l.id FROM ${records} AS l WHERE l.peer_mentor_id = ${mentorId} AND l.source = 'flow'
    ORDER BY l.id DESC LIMIT 1)`;
