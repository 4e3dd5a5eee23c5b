import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { type Dispatch, dispatches, dedupeKeys } from "../db/schema/index.ts";
import { FALLBACK_OF, fallbackKey, IS_FALLBACK } from "../outbox/dedupe-keys.ts";

/** The ids of the dispatch that this one followed on another channel, and of the one that followed it. Missing when not read. */
export interface Links {
  follows?: string | null;
  followed_by?: string | null;
}

export type Linked = Dispatch & Links;

/**
 * Further columns of `SELECT … FROM dispatches`: its links, in this order, from the dedupe key of the fallback. Each is one
 * look-up by an index, and none where the channel follows no other and the dispatch names no fallback. A look-up costs a
 * read row even when it finds nothing.
 */
export const linksOf = ({ channels }: Pick<Ctx, "channels">): SQL => sql`
  CASE WHEN ${dispatches}.channel IN ${followers(channels)} THEN (SELECT ${FALLBACK_OF} FROM ${dedupeKeys} AS o
    WHERE o.dispatch_id = ${dispatches}.id AND ${IS_FALLBACK} LIMIT 1) END AS follows,
  CASE WHEN ${dispatches}.fallback IS NOT NULL THEN (SELECT o.dispatch_id FROM ${dedupeKeys} AS o
    WHERE o.key = ${fallbackKey(sql`${dispatches}.id`)}) END AS followed_by`;

const followers = (channels: Ctx["channels"]): string[] =>
  [...channels.values()].flatMap(({ channel, canFollow }) => (canFollow ? [channel] : []));

/** The links that there are, as a view prints ids. */
export const printLinks = (
  { follows, followed_by }: Links,
  print: (id: string) => string,
): { follows?: string; followed_by?: string } => ({
  ...(follows != null && { follows: print(follows) }),
  ...(followed_by != null && { followed_by: print(followed_by) }),
});
