import { type SQL, sql } from "drizzle-orm";
import { topics } from "../../db/schema/index.ts";
import { rankedLineOf } from "../../types/find.ts";

/**
 * Finds the topic with this id that an organization has or inherits: one row at most. The nearest counts: an organization
 * may have a topic with the same id as one above it. @param orgId `""`: the service alone
 */
export const topicInLine = (orgId: string, id: string): SQL<{ uuid: string }> =>
  sql<{ uuid: string }>`SELECT t.uuid FROM ${rankedLineOf(orgId)} AS line
    CROSS JOIN ${topics} AS t ON t.org_id = line.id AND t.id = ${id} ORDER BY line.distance LIMIT 1`;
