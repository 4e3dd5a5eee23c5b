import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { Parsed } from "../../db/statement.ts";
import { dispatches, grants, preferences } from "../../db/schema/index.ts";
import { freshMatches, isAhead } from "../grants/digest-window.ts";
import { followedBy, MAX_LISTED, reasonOf } from "../grants/followed.ts";
import type { LateBound } from "../../content/type.ts";
import type { WeeklyDigest } from "./payload.ts";

interface Found {
  dispatch_id: string;
  title: string;
  url: string | null;
  deadline: number | null;
  /** Null for a deadline ahead. */
  score: number | null;
  applied: 0 | 1;
  total: number;
}

/** The stored payload of a digest. Older versions stored the content instead. */
const week = z.object({ from: z.number() });

/** Digests `d`, with their users' preferences `p`. */
const digests = (claimed: SQL): SQL =>
  sql`(SELECT id, user_id, payload FROM ${dispatches} WHERE id IN ${claimed} AND type = 'weekly_digest'
    AND json_valid(payload) AND payload->>'from' IS NOT NULL) AS d LEFT JOIN ${preferences} AS p ON p.user_id = d.user_id`;

/** The best matches of the week whose grants are still open, and the deadlines ahead, at the time of sending. */
export const lateBound: LateBound<WeeklyDigest> = {
  isFor: (payload) => payload !== null && week.safeParse(JSON.parse(payload)).success,
  read: (claimed, now) =>
    Parsed.of(
      {
        found: sql<Found>`
    SELECT * FROM (SELECT d.id AS dispatch_id, g.title, g.url, g.deadline, m.score, 0 AS applied,
        row_number() OVER (PARTITION BY d.id ORDER BY m.score DESC, m.id) AS place,
        count(*) OVER (PARTITION BY d.id) AS total
      FROM ${digests(claimed)} CROSS JOIN ${freshMatches({
        user: sql`d.user_id`,
        from: sql`d.payload->>'from'`,
        to: sql`d.payload->>'to'`,
        now,
      })})
    WHERE place <= ${MAX_LISTED}
    UNION ALL
    SELECT * FROM (SELECT d.id, g.title, g.url, g.deadline, NULL, f.applied,
        row_number() OVER (PARTITION BY d.id ORDER BY g.deadline, g.id) AS place,
        count(*) OVER (PARTITION BY d.id) AS total
      FROM ${followedBy(sql`SELECT d.user_id AS value FROM ${digests(claimed)}`)} AS f
      CROSS JOIN ${digests(claimed)} CROSS JOIN ${grants} AS g ON g.id = f.grant_id
      WHERE d.user_id = f.user_id AND ${isAhead(now)})
    WHERE place <= ${MAX_LISTED}`,
      },
      ({ found }) =>
        [...Map.groupBy(found, (one) => one.dispatch_id)].map(([id, own]): [string, WeeklyDigest] => {
          const fresh = own.flatMap(({ score, ...match }) => (score === null ? [] : [{ ...match, score }]));
          const ahead = own.flatMap(({ score, deadline, ...grant }) =>
            score !== null || deadline === null ? [] : [{ ...grant, deadline }],
          );
          return [
            id,
            {
              matches: fresh.map(({ title, score, deadline, url }) => ({ title, score, deadline, url })),
              matches_total: fresh[0]?.total ?? 0,
              deadlines: ahead.map(({ title, deadline, url, applied }) => ({
                title,
                deadline,
                url,
                reason: reasonOf(applied),
              })),
              deadlines_total: ahead[0]?.total ?? 0,
              url: null,
            },
          ];
        }),
    ),
};
