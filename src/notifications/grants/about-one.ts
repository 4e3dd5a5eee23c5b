import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/statement.ts";
import { dispatches, matches, dedupeKeys } from "../../db/schema/index.ts";
import { IS_MATCH, MATCH_ID } from "../../outbox/dedupe-keys.ts";

/**
 * The statement that notes, on unsent messages about matches, which match and grant they are about: none when several.
 * @param ids a query of dispatches, one column
 */
export const aboutOne = (ids: SQL): Statement =>
  sql`UPDATE ${dispatches} SET match_id = found.match_id, grant_id = found.grant_id
    FROM (SELECT o.dispatch_id, iif(count(*) = 1, min(m.id), NULL) AS match_id,
        iif(count(*) = 1, min(m.grant_id), NULL) AS grant_id
      FROM ${dedupeKeys} AS o CROSS JOIN ${matches} AS m ON m.id = ${MATCH_ID}
      WHERE o.dispatch_id IN (${ids}) AND ${IS_MATCH} GROUP BY o.dispatch_id) AS found
    WHERE ${dispatches}.id = found.dispatch_id AND ${dispatches}.status = 'queued'
      AND (${dispatches}.match_id IS NOT found.match_id OR ${dispatches}.grant_id IS NOT found.grant_id)`;
