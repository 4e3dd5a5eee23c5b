import { type SQL, sql } from "drizzle-orm";
import { orgs, ownTypes } from "../db/schema/index.ts";

/** An organization, those above it, and the service, as a subquery of ids. @param orgId `""`: the service alone */
export const lineOf = (orgId: string): SQL => sql`(WITH RECURSIVE line(id) AS (
    SELECT ${orgId} UNION SELECT o.parent_id FROM ${orgs} AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL)
  SELECT id FROM line UNION SELECT '')`;

/** Finds the own type with this id that an organization has or inherits: one row at most. @param orgId `""`: the service */
export const findOwnType = (orgId: string, id: string): SQL<{ data: string }> =>
  sql<{ data: string }>`SELECT data FROM ${ownTypes} WHERE id = ${id} AND org_id IN ${lineOf(orgId)}`;
