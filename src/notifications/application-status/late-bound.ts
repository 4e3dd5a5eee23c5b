import { sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { applications, dispatches, grants } from "../../db/schema/index.ts";
import type { LateBound } from "../../content/type.ts";
import type { ApplicationStatus } from "./payload.ts";

interface Found {
  dispatch_id: string;
  grant_title: string;
  url: string | null;
  status: string;
  previous_status: string | null;
}

/**
 * An application's new status, if the application still has it. (A further change has a message of its own.) The grant's
 * title is the present one, or the last one known.
 */
export const lateBound: LateBound<ApplicationStatus> = {
  read: (claimed) =>
    Parsed.of(
      {
        found: sql<Found>`SELECT d.id AS dispatch_id, coalesce(g.title, d.payload->>'grant_title') AS grant_title,
      coalesce(g.url, d.payload->>'url') AS url, a.status, d.payload->>'previous_status' AS previous_status
    FROM ${dispatches} AS d
    CROSS JOIN ${applications} AS a ON a.id = d.payload->>'application_id' AND a.user_id = d.user_id
      AND a.status = d.payload->>'status'
    LEFT JOIN ${grants} AS g ON g.id = a.grant_id
    WHERE d.id IN ${claimed} AND d.type = 'application_status' AND json_valid(d.payload)`,
      },
      ({ found }) =>
        found.map(({ dispatch_id, ...content }): [string, ApplicationStatus] => [dispatch_id, content]),
    ),
};
