import { type SQL, sql } from "drizzle-orm";
import { orgs, ownTypes, type topics } from "../db/schema/index.ts";
import { SERVICE } from "../preferences/org-settings.ts";

/** An organization, those above it, and the service, as a subquery of ids. @param orgId `""`: the service alone */
export const lineOf = (orgId: string): SQL => sql`(WITH RECURSIVE line(id) AS (
    SELECT ${orgId} UNION SELECT o.parent_id FROM ${orgs} AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL)
  SELECT id FROM line UNION SELECT '')`;

/** No line of organizations is higher. It also ends a circle, though the directory has none. */
const HIGHEST = 1_000;

/** The same with how far each is away: `(id, distance)`. The service is the farthest. */
export const rankedLineOf = (orgId: string | SQL): SQL => sql`(WITH RECURSIVE line(id, distance) AS (
    SELECT ${orgId}, 0 UNION ALL SELECT o.parent_id, line.distance + 1 FROM ${orgs} AS o JOIN line ON o.id = line.id
      WHERE o.parent_id IS NOT NULL AND line.distance < ${HIGHEST})
  SELECT id, distance FROM line UNION ALL SELECT ${SERVICE}, ${HIGHEST + 1})`;

/**
 * Finds the own type with this id that an organization has or inherits: one row at most. Where two have it, because an
 * organization was moved, the nearest counts. @param orgId `""`: the service
 */
export const findOwnType = (orgId: string | SQL, id: string): SQL<{ data: string }> =>
  sql<{ data: string }>`SELECT t.data FROM ${rankedLineOf(orgId)} AS line
    CROSS JOIN ${ownTypes} AS t ON t.id = ${id} AND t.org_id = line.id ORDER BY line.distance LIMIT 1`;

/** A table whose rows are inherited along a line, by `id`. */
type Inherited = typeof ownTypes | typeof topics;

/**
 * Finds the keys of what an organization has or inherits, by ascending id; of two with the same id the nearest. It reads no
 * more than a page for each organization of the line.
 * @param after the last id of the page before; `""`: the first page
 */
export const inheritedBy = (table: Inherited, orgId: string, after: string, limit: number): SQL =>
  sql`(SELECT t.id, t.org_id, min(line.distance) FROM ${rankedLineOf(orgId)} AS line
    CROSS JOIN ${table} AS t ON t.org_id = line.id AND t.id IN (
      SELECT p.id FROM ${table} AS p WHERE p.org_id = line.id AND p.id > ${after} ORDER BY p.id LIMIT ${limit})
    GROUP BY t.id ORDER BY t.id LIMIT ${limit})`;
