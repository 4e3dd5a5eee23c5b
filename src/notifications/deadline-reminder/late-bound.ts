import { sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { applications, dispatches, grants, matches, dedupeKeys, preferences } from "../../db/schema/index.ts";
import { MAX_LISTED, reasonOf, STANDS } from "../grants/followed.ts";
import { preferred } from "../../preferences/defaults.ts";
import type { LateBound } from "../../content/type.ts";
import { DEADLINE, DEADLINE_GRANT, IS_DEADLINE } from "./dedupe-key.ts";
import type { DeadlineReminder } from "./payload.ts";

interface Found {
  dispatch_id: string;
  title: string;
  url: string | null;
  deadline: number;
  applied: 0 | 1;
  total: number;
}

const APPLIED = sql`EXISTS (SELECT 1 FROM ${applications} AS a
  WHERE a.grant_id = g.id AND a.user_id = d.user_id AND ${STANDS})`;
const MATCHED = sql`EXISTS (SELECT 1 FROM ${matches} AS m
  WHERE m.grant_id = g.id AND m.user_id = d.user_id AND m.score >= ${preferred("match_threshold")})`;

/**
 * The deadlines in a message's dedupe keys, the nearest first, if the user still follows the grant and the deadline has not
 * moved. (A new deadline has reminders of its own.)
 */
export const lateBound: LateBound<DeadlineReminder> = {
  isFor: (payload) => payload === null,
  read: (claimed, now) =>
    Parsed.of(
      {
        found: sql<Found>`SELECT * FROM (
    SELECT *, row_number() OVER (PARTITION BY dispatch_id ORDER BY deadline, grant_id) AS place,
      count(*) OVER (PARTITION BY dispatch_id) AS total
    FROM (SELECT d.id AS dispatch_id, g.id AS grant_id, g.title, g.url, g.deadline, ${APPLIED} AS applied, ${MATCHED} AS matched
      FROM ${dispatches} AS d
      CROSS JOIN ${dedupeKeys} AS o ON o.dispatch_id = d.id AND ${IS_DEADLINE}
      CROSS JOIN ${grants} AS g ON g.id = ${DEADLINE_GRANT} AND g.deadline = ${DEADLINE}
      LEFT JOIN ${preferences} AS p ON p.user_id = d.user_id
      WHERE d.id IN ${claimed} AND d.type = 'deadline_reminder' AND d.payload IS NULL AND g.deadline > ${now})
    WHERE applied OR matched)
  WHERE place <= ${MAX_LISTED} ORDER BY dispatch_id, place`,
      },
      ({ found }) =>
        [...Map.groupBy(found, (one) => one.dispatch_id)].map(([id, own]): [string, DeadlineReminder] => [
          id,
          {
            deadlines: own.map(({ title, deadline, url, applied }) => ({
              title,
              deadline,
              url,
              reason: reasonOf(applied),
            })),
            total: own[0]?.total ?? 0,
            url: null,
          },
        ]),
    ),
};
