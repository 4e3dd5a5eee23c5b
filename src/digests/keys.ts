import { type SQL, sql } from "drizzle-orm";
import { occasions } from "../db/schema/index.ts";

// Ids may hold a `:`, which separates the parts of a key: encoded, two facts never share one.
const part = encodeURIComponent;

/** That a user was reminded of a grant's deadline (epoch ms) at a step of the ladder (days before it). */
export const deadlineKey = (userId: string, grantId: string, deadline: number, step: number): string =>
  `deadline:${part(userId)}:${part(grantId)}:${deadline}:${step}`;

/** That a user was told of a local week, such as `2026-W13`. */
export const digestKey = (userId: string, week: string): string => `digest:${part(userId)}:${week}`;

export const welcomeKey = (userId: string): string => `welcome:${userId}`;

/** The key of an occasion `o` that tells of a match, and the match's id in it. */
export const IS_MATCH: SQL = sql`o.key >= 'match:' AND o.key < 'match;'`;
export const MATCH_ID: SQL = sql`substr(o.key, 7)`;

/**
 * Matches that wait for a user's daily or weekly message have their occasions already, so that they are told once; these
 * point here until the message comes into being.
 */
export const waitingFor = (userId: SQL): SQL => sql`('waiting:' || ${userId})`;

/** The condition that an occasion names this user, or waits for them: what their erasure must not leave behind. */
export function namesUser(userId: string): SQL {
  const within = (kind: string) =>
    sql`(key >= ${`${kind}:${part(userId)}:`} AND key < ${`${kind}:${part(userId)};`})`;
  return sql`${within("deadline")} OR ${within("digest")} OR ${occasions.key} = ${welcomeKey(userId)}
    OR ${occasions.dispatch_id} = ${waitingFor(sql`${userId}`)}`;
}
