import { sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { dispatches, orgs, users } from "../../db/schema/index.ts";
import type { LateBound } from "../../content/type.ts";
import type { Welcome } from "./payload.ts";

interface Found {
  dispatch_id: string;
  org_name: string | null;
}

/** A welcome names the user's organization, which may arrive after the user. */
export const lateBound: LateBound<Welcome> = {
  read: (claimed) =>
    Parsed.of(
      {
        found: sql<Found>`SELECT d.id AS dispatch_id, coalesce(o.name, d.payload->>'org_name') AS org_name
    FROM ${dispatches} AS d LEFT JOIN ${users} AS u ON u.id = d.user_id LEFT JOIN ${orgs} AS o ON o.id = u.org_id
    WHERE d.id IN ${claimed} AND d.type = 'welcome' AND json_valid(coalesce(d.payload, '{}'))`,
      },
      ({ found }) =>
        found.map(({ dispatch_id, org_name }): [string, Welcome] => [dispatch_id, { org_name, url: null }]),
    ),
};
