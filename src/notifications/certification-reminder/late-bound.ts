import { sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { certifications, dispatches } from "../../db/schema/index.ts";
import type { LateBound } from "../../content/type.ts";
import type { CertificationReminder } from "./payload.ts";

interface Found {
  dispatch_id: string;
  name: string;
  expires_at: number;
  /** How many certificates the reminder listed (`named`), and how many it was about. */
  named: number;
  total: number;
}

/**
 * The certificates that a reminder lists, without those that were renewed, deleted or given to another user since it was
 * queued.
 */
export const lateBound: LateBound<CertificationReminder> = {
  // Older versions queued reminders without ids.
  isFor: (payload) => (payload ?? "").includes('"id":'),
  read: (claimed) =>
    Parsed.of(
      {
        found: sql<Found>`SELECT d.id AS dispatch_id, c.name, c.expires_at,
      json_array_length(d.payload, '$.certifications') AS named, d.payload->>'total' AS total
    FROM ${dispatches} AS d CROSS JOIN json_each(d.payload, '$.certifications') AS j
    CROSS JOIN ${certifications} AS c ON c.id = j.value->>'id' AND c.user_id = d.user_id
      AND c.expires_at = j.value->>'expires_at'
    WHERE d.id IN ${claimed} AND d.type = 'certification_reminder' AND json_valid(d.payload)
    ORDER BY d.id, j.key`,
      },
      ({ found }) =>
        [...Map.groupBy(found, (one) => one.dispatch_id)].map(
          ([id, own]): [string, CertificationReminder] => [
            id,
            {
              certifications: own.map(({ name, expires_at }) => ({ name, expires_at })),
              total: Math.max(own.length, (own[0]?.total ?? 0) - (own[0]?.named ?? 0) + own.length),
              url: null,
            },
          ],
        ),
    ),
};
