import { type SQL, sql } from "drizzle-orm";
import { type Dispatch, dispatches, dedupeKeys } from "../db/schema/index.ts";
import { FALLBACK_OF, fallbackKey, IS_FALLBACK } from "../outbox/dedupe-keys.ts";

/** The ids of what a dispatch followed on another channel, and of what followed it. Missing where nobody has looked. */
export interface Links {
  follows?: string | null;
  followed_by?: string | null;
}

export type Linked = Dispatch & Links;

/**
 * Further columns of `SELECT … FROM dispatches`: its links, in this order, from the occasion of the fallback. Two look-ups by
 * an index at most, and for pushes without a fallback, which are the many, none.
 */
export const LINKS: SQL = sql`
  CASE WHEN ${dispatches}.channel <> 'push' THEN (SELECT ${FALLBACK_OF} FROM ${dedupeKeys} AS o
    WHERE o.dispatch_id = ${dispatches}.id AND ${IS_FALLBACK} LIMIT 1) END AS follows,
  CASE WHEN ${dispatches}.fallback IS NOT NULL THEN (SELECT o.dispatch_id FROM ${dedupeKeys} AS o
    WHERE o.key = ${fallbackKey(sql`${dispatches}.id`)}) END AS followed_by`;

/** The links that there are, as a view prints ids. */
export const printLinks = (
  { follows, followed_by }: Links,
  print: (id: string) => string,
): { follows?: string; followed_by?: string } => ({
  ...(follows != null && { follows: print(follows) }),
  ...(followed_by != null && { followed_by: print(followed_by) }),
});
