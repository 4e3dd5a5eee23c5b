import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../db/client.ts";
import { type Dispatch, dispatches, grants, matches, occasions, preferences } from "../../db/schema/index.ts";
import { IS_MATCH, MATCH_ID } from "../../dispatch/occasion-keys.ts";
import { MAX_LISTED } from "../../digests/followed.ts";
import { groupBy } from "../../lib/chunks.ts";
import { preferred } from "../../preferences/defaults.ts";
import type { EmailContent } from "./templates/index.ts";

/** What messages tell that gather occasions until they are sent, by dispatch; one with nothing left to tell is missing. */
export type Gathered = ReadonlyMap<string, EmailContent>;

/** Whether a dispatch says what its occasions say when it is sent, rather than what was put into it. */
export const isGathering = ({ type, payload }: Pick<Dispatch, "type" | "payload">): boolean =>
  type === "new_match" && payload === null;

interface Found {
  dispatch_id: string;
  title: string;
  url: string | null;
  deadline: number | null;
  score: number;
  total: number;
}

/**
 * The statement that reads the matches of these dispatches as they are now: the best of each, and how many there are. What
 * was deleted, and what is no longer as good as the user asks for, drops out.
 * @param claimed ids, as a subquery
 */
export const gatheredFor = (claimed: SQL): Statement => sql`SELECT * FROM (
    SELECT d.id AS dispatch_id, g.title, g.url, g.deadline, m.score,
      row_number() OVER (PARTITION BY d.id ORDER BY m.score DESC, m.id) AS place,
      count(*) OVER (PARTITION BY d.id) AS total
    FROM ${dispatches} AS d
    CROSS JOIN ${occasions} AS o ON o.dispatch_id = d.id AND ${IS_MATCH}
    CROSS JOIN ${matches} AS m ON m.id = ${MATCH_ID} AND m.user_id = d.user_id
    CROSS JOIN ${grants} AS g ON g.id = m.grant_id
    LEFT JOIN ${preferences} AS p ON p.user_id = d.user_id
    WHERE d.id IN ${claimed} AND d.type = 'new_match' AND m.score >= ${preferred("match_threshold")})
  WHERE place <= ${MAX_LISTED}`;

/** What that statement found. */
export const gatheredIn = (found: unknown[]): Gathered =>
  new Map(
    [...groupBy(found as Found[], (one) => one.dispatch_id)].map(([id, own]) => [
      id,
      {
        type: "new_match",
        matches: own.map(({ title, score, deadline, url }) => ({ title, score, deadline, url })),
        total: own[0]?.total ?? 0,
        url: null,
      },
    ]),
  );
