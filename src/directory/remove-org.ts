import { sql } from "drizzle-orm";
import type { Author } from "../audit/audit.ts";
import type { Ctx } from "../ctx.ts";
import { inPortions } from "../db/portions.ts";
import {
  chatConnections,
  orgs,
  orgSettings,
  ownTypes,
  topics,
  users,
  webhookEndpoints,
  wordings,
  wordingVersions,
} from "../db/schema/index.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { deleteRow } from "./remove.ts";

/** The most versions of words, and the most words, that one batch deletes. */
const PORTION = 5_000;
/** Portions of one call. */
const MOST_PORTIONS = 40;

/** What must be removed first: each may be much, or belongs to people. */
const CONTENTS = ["users", "branches", "topics"] as const;

/**
 * Deletes an organization with its types, words, settings, webhook endpoints and chat connections: one that is made again with
 * this id begins with none. Its
 * running events go on. One round trip for up to 5,000 versions of words, another for each further 5,000.
 * @throws 404; 409 `org_not_empty` while it has users, branches or topics; 503 when one call could not delete all words:
 * repeat it
 */
export async function removeOrg(ctx: Ctx, author: Author, id: string): Promise<void> {
  const has = {
    users: sql`EXISTS (SELECT 1 FROM ${users} WHERE org_id = ${id})`,
    branches: sql`EXISTS (SELECT 1 FROM ${orgs} WHERE parent_id = ${id})`,
    topics: sql`EXISTS (SELECT 1 FROM ${topics} WHERE org_id = ${id})`,
  };
  const isEmpty = sql`NOT ${has.users} AND NOT ${has.branches} AND NOT ${has.topics}`;
  const mayGo = sql`EXISTS (SELECT 1 FROM ${orgs} WHERE id = ${id}) AND ${isEmpty}`;
  const hasNoWords = sql`NOT EXISTS (SELECT 1 FROM ${wordings} WHERE org_id = ${id})`;
  const place = sql`type, channel, org_id, locale`;
  // Each of its words is found by its own key: versions have no index by organization.
  const ofWords = sql`(v.type, v.channel, v.org_id, v.locale) = (w.type, w.channel, w.org_id, w.locale)`;
  const batch = {
    found: sql<
      Record<(typeof CONTENTS)[number], 0 | 1>
    >`SELECT ${has.users} AS users, ${has.branches} AS branches,
      ${has.topics} AS topics FROM ${orgs} WHERE id = ${id}`,
    versions: sql`DELETE FROM ${wordingVersions} WHERE (${place}, version) IN (
        SELECT v.type, v.channel, v.org_id, v.locale, v.version
        FROM ${wordings} AS w CROSS JOIN ${wordingVersions} AS v ON ${ofWords}
        WHERE w.org_id = ${id} LIMIT ${PORTION}) AND ${mayGo}`,
    words: sql`DELETE FROM ${wordings} WHERE (${place}) IN (
        SELECT ${place} FROM ${wordings} AS w WHERE w.org_id = ${id}
          AND NOT EXISTS (SELECT 1 FROM ${wordingVersions} AS v WHERE ${ofWords}) LIMIT ${PORTION}) AND ${mayGo}`,
    connections: sql`DELETE FROM ${chatConnections} WHERE org_id = ${id} AND ${mayGo}`,
    types: sql`DELETE FROM ${ownTypes} WHERE org_id = ${id} AND ${hasNoWords} AND ${mayGo}`,
    webhooks: sql`DELETE FROM ${webhookEndpoints} WHERE org_id = ${id} AND ${hasNoWords} AND ${mayGo}`,
    settings: sql`DELETE FROM ${orgSettings} WHERE org_id = ${id} AND ${hasNoWords} AND ${mayGo}`,
    isDeleted: deleteRow(
      ctx,
      { table: orgs, noun: "organization" },
      author,
      id,
      sql`${isEmpty} AND ${hasNoWords}`,
    ),
  };
  let isDeleted = false;
  const { isFinished } = await inPortions(ctx.db, MOST_PORTIONS, async () => {
    const result = await ctx.db.write(batch);
    const [org] = result.found;
    ({ isDeleted } = result);
    if (org === undefined) return { done: 1, isLast: true };
    const left = CONTENTS.find((content) => org[content]);
    if (left !== undefined)
      throw new Failure("conflict", `The organization still has ${left}.`, { code: "org_not_empty" });
    return { done: 1, isLast: isDeleted };
  });
  if (!isFinished)
    throw new Failure("unavailable", "Many words are deleted, but not all yet. Send the request again.", {
      headers: { "retry-after": "1" },
    });
  if (!isDeleted) throw notFound("organization");
}
