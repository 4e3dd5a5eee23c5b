import { sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { dispatches, grants, matches, dedupeKeys, preferences } from "../../db/schema/index.ts";
import { isOpenGrant } from "../grants/digest-window.ts";
import { MAX_LISTED } from "../grants/followed.ts";
import { preferred } from "../../preferences/defaults.ts";
import type { LateBound } from "../../content/type.ts";
import { IS_MATCH, MATCH_ID } from "./dedupe-key.ts";
import type { NewMatch } from "./payload.ts";

interface Found {
  dispatch_id: string;
  title: string;
  url: string | null;
  deadline: number | null;
  score: number;
  total: number;
}

/**
 * The best matches of a message, and how many there are. It leaves out matches that were deleted, grants that have closed,
 * and scores below the user's present threshold.
 */
export const lateBound: LateBound<NewMatch> = {
  isFor: (payload) => payload === null,
  read: (claimed, now) =>
    Parsed.of(
      {
        found: sql<Found>`SELECT * FROM (
    SELECT d.id AS dispatch_id, g.title, g.url, g.deadline, m.score,
      row_number() OVER (PARTITION BY d.id ORDER BY m.score DESC, m.id) AS place,
      count(*) OVER (PARTITION BY d.id) AS total
    FROM ${dispatches} AS d
    CROSS JOIN ${dedupeKeys} AS o ON o.dispatch_id = d.id AND ${IS_MATCH}
    CROSS JOIN ${matches} AS m ON m.id = ${MATCH_ID} AND m.user_id = d.user_id
    CROSS JOIN ${grants} AS g ON g.id = m.grant_id
    LEFT JOIN ${preferences} AS p ON p.user_id = d.user_id
    WHERE d.id IN ${claimed} AND d.type = 'new_match' AND m.score >= ${preferred("match_threshold")}
      AND ${isOpenGrant(now)})
  WHERE place <= ${MAX_LISTED}`,
      },
      ({ found }) =>
        [...Map.groupBy(found, (one) => one.dispatch_id)].map(([id, own]): [string, NewMatch] => [
          id,
          {
            matches: own.map(({ title, score, deadline, url }) => ({ title, score, deadline, url })),
            total: own[0]?.total ?? 0,
            url: null,
          },
        ]),
    ),
};
