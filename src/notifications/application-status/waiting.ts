import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { fromType } from "../../content/type.ts";
import { Parsed, type Statement } from "../../db/statement.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import { applications, grants, dedupeKeys, users } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { awaitingNote, isAwaiting } from "../../outbox/placeholders.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { chunksByBytes } from "../../lib/chunks.ts";
import { type Awaited, readyOf } from "../grants/awaited.ts";
import { IS_STATUS, STATUS_OF, statusKey } from "./dedupe-key.ts";
import { applicationStatus } from "./type.ts";

/** Statuses in one portion. */
const MOST_STATUSES = 1_000;

/** A new status that has waited for its user or its grant. The directory has both now. */
interface ReadyStatus {
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
  AND o.key = ${statusKey(sql`a.id`, sql`a.status_seq`)}`;

const KNOWN: SQL = sql`CROSS JOIN ${users} AS u ON u.id = a.user_id CROSS JOIN ${grants} AS g ON g.id = a.grant_id`;

/** Whether the status for which the dedupe key `o` of a user `j.value` waits still holds. */
const STATUS_STANDS: SQL = sql`EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN ${STANDING})`;
/** Whether it also has all that its message needs: its user and its grant. */
const STATUS_READY: SQL = sql`EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN ${STANDING} ${KNOWN})`;

/** The statuses that can be sent to these users now, in the order of `user_id`. @param due a query of `user_id` */
const readyStatuses = (due: SQL): SQL<ReadyStatus> =>
  sql<ReadyStatus>`SELECT j.value AS user_id, u.org_id, o.key, o.dispatch_id AS awaiting, a.id AS application_id, a.grant_id,
      a.status, ${awaitingNote(sql`j.value`)} AS previous_status, g.title AS grant_title, g.url
    FROM (SELECT user_id AS value FROM (${due})) AS j
      CROSS JOIN ${dedupeKeys} AS o ON ${isAwaiting(sql`j.value`)} CROSS JOIN ${STANDING} ${KNOWN}
    WHERE ${IS_STATUS} ORDER BY j.value, o.key LIMIT ${MOST_STATUSES}`;

/** Statements that queue a message for each of these statuses that still holds. `ids` are those of the messages. */
function notifyOfReadyStatuses(
  ctx: Ctx,
  statuses: readonly ReadyStatus[],
): { ids: readonly string[]; statements: readonly Statement[] } {
  const rows = statuses.map(({ user_id, org_id, application_id, grant_id, ...said }) =>
    dispatchRow(ctx, {
      ...fromType(applicationStatus, ctx.clock.now()),
      lane: "bulk",
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

export const awaitedStatuses: Awaited = {
  isOfType: IS_STATUS,
  stands: STATUS_STANDS,
  isReady: STATUS_READY,
  countedAs: applicationStatus,
  readReady: (due) =>
    Parsed.of({ ready: readyStatuses(due) }, ({ ready }) =>
      readyOf(ready, MOST_STATUSES, notifyOfReadyStatuses),
    ),
};
