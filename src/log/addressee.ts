import { type SQL, sql } from "drizzle-orm";
import { inScope, type Scope } from "../auth/scope.ts";
import { dispatches, orgs, users } from "../db/schema/index.ts";

/** Whom a dispatch is to, as people call them. */
export interface Addressee {
  name: string | null;
  /** Of the organization to which the user belongs now. */
  org_name: string | null;
}

/** Reads the user of a dispatch, if the user is in scope now: no row for one who has left it. */
export const addresseeOf = (scope: Scope, id: string): SQL<Addressee> =>
  sql<Addressee>`SELECT name, (SELECT o.name FROM ${orgs} AS o WHERE o.id = ${users}.org_id) AS org_name FROM ${users}
    WHERE id = (SELECT user_id FROM ${dispatches} WHERE id = ${id})
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`;
