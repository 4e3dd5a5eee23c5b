import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import { applications, grants, dedupeKeys, users } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { awaitingNote, IS_STATUS, isAwaiting, STATUS_OF, statusKey } from "../../outbox/dedupe-keys.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { chunksByBytes } from "../../lib/chunks.ts";

/** The most statuses in one portion. */
export const MOST_STATUSES = 1_000;

/** A new status that has waited, and whose user and grant the directory has now. */
export interface ReadyStatus {
  user_id: string;
  org_id: string | null;
  key: string;
  /** What its dedupe key points to while it waits. */
  awaiting: string;
  application_id: string;
  grant_id: string;
  status: string;
  previous_status: string;
  grant_title: string;
  url: string | null;
}

/** Joins the application `a` of a dedupe key `o`, if it belongs to the user `j.value` and still has the key's status. */
const STANDING: SQL = sql`${applications} AS a ON a.id = ${STATUS_OF} AND a.user_id = j.value
  AND o.key = ${statusKey("application", sql`a.id`, sql`a.status_seq`)}`;

const KNOWN: SQL = sql`CROSS JOIN ${users} AS u ON u.id = a.user_id CROSS JOIN ${grants} AS g ON g.id = a.grant_id`;

/** Whether the status for which the dedupe key `o` of a user `j.value` waits still holds. */
export const STATUS_STANDS: SQL = sql`EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN ${STANDING})`;
/** The same, and the directory has the user and the grant, so that the message can be sent. */
export const STATUS_READY: SQL = sql`EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN ${STANDING} ${KNOWN})`;

/** The statuses that can be sent to these users now, in the order of `user_id`. @param due a query of `user_id` */
export const readyStatuses = (due: SQL): SQL<ReadyStatus> =>
  sql<ReadyStatus>`SELECT j.value AS user_id, u.org_id, o.key, o.dispatch_id AS awaiting, a.id AS application_id, a.grant_id,
      a.status, ${awaitingNote(sql`j.value`)} AS previous_status, g.title AS grant_title, g.url
    FROM (SELECT user_id AS value FROM (${due})) AS j
      CROSS JOIN ${dedupeKeys} AS o ON ${isAwaiting(sql`j.value`)} CROSS JOIN ${STANDING} ${KNOWN}
    WHERE ${IS_STATUS} ORDER BY j.value, o.key LIMIT ${MOST_STATUSES}`;

/** Statements that queue a message for each of these statuses that still holds. `ids`: of the messages. */
export function notifyOfReadyStatuses(
  ctx: Ctx,
  statuses: readonly ReadyStatus[],
): { ids: readonly string[]; statements: readonly Statement[] } {
  const rows = statuses.map(({ user_id, org_id, application_id, grant_id, ...said }) =>
    dispatchRow(ctx, {
      channel: "email",
      lane: "bulk",
      type: "application_status",
      userId: user_id,
      orgId: org_id,
      payload: {
        application_id,
        status: said.status,
        previous_status: said.previous_status,
        grant_title: said.grant_title,
        url: said.url,
      },
      grantId: grant_id,
    }),
  );
  const points = statuses.map(({ user_id, key, awaiting }, i) => ({
    user_id,
    key,
    awaiting,
    id: rows[i]?.id,
  }));
  return {
    ids: rows.map(({ id }) => id),
    statements: [
      ...chunksByBytes(points, JSON_PARAMETER_BYTES).map((portion) => pointTo(JSON.stringify(portion))),
      ...insertNotifying(rows),
    ],
  };
}

const pointTo = (portion: string): SQL => sql`UPDATE ${dedupeKeys} AS o SET dispatch_id = j.id
  FROM (SELECT value->>'user_id' AS value, value->>'key' AS key, value->>'awaiting' AS awaiting, value->>'id' AS id
    FROM json_each(${portion})) AS j
  WHERE o.key = j.key AND o.dispatch_id = j.awaiting AND ${STATUS_READY}`;
