import { sql } from "drizzle-orm";
import { inScope, type Scope, senderOf } from "../auth/scope.ts";
import { inJson } from "../db/json.ts";
import { chatConnections, orgs } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import type { UserFacts } from "../directory/users.ts";
import { Failure, notFound } from "../lib/failure.ts";
import type { To } from "./recipients.ts";
import { topicInLine } from "./topics/find.ts";

/** Whom an event is for, as the caller says it. */
export type Target =
  /** `facts`: of those users that the call also writes into the directory, by their place in its list. */
  | { kind: "users"; ids: readonly string[]; facts: ReadonlyMap<number, UserFacts> }
  | { kind: "topic"; topic: string }
  | { kind: "org"; orgId: string; withSubOrgs: boolean }
  /** Chat connections of organizations. */
  | { kind: "connections"; ids: readonly string[] };

/** What an event names that is not there, or not in scope. */
export const missing = (what: string, pointer: string): Failure =>
  new Failure("not_found", notFound(what).detail, {
    errors: [{ pointer, detail: `there is no such ${what}` }],
  });

/** Reads whom the event is for, as it is stored. Gives null for a topic or an organization that is not there. */
export function findTo(scope: Scope, orgId: string, to: Target): Parsed<To | null> {
  switch (to.kind) {
    case "users": {
      const ids = [...new Set([...to.ids, ...[...to.facts.values()].map(({ id }) => id)])];
      return Parsed.of({}, () => ({ kind: "users", ids, count: ids.length }));
    }
    case "topic":
      return Parsed.of({ rows: topicInLine(orgId, to.topic) }, ({ rows: [row] }) =>
        row === undefined
          ? null
          : { kind: "topic", topic: to.topic, uuid: row.uuid, within: senderOf(scope) },
      );
    case "connections": {
      const ids = [...new Set(to.ids)];
      const mine = inScope(scope, { userId: sql`NULL`, orgId: sql`c.org_id` });
      return Parsed.of(
        {
          rows: sql`SELECT 1 FROM ${chatConnections} AS c
            WHERE ${inJson(sql`c.id`, ids)} AND c.org_id IS NOT NULL AND ${mine}`,
        },
        ({ rows }) => (rows.length < ids.length ? null : { kind: "connections", ids, count: ids.length }),
      );
    }
    case "org":
      return Parsed.of(
        {
          rows: sql`SELECT 1 FROM ${orgs} WHERE id = ${to.orgId}
            AND ${inScope(scope, { userId: sql`NULL`, orgId: orgs.id })}`,
        },
        ({ rows }) => (rows.length === 0 ? null : to),
      );
  }
}
