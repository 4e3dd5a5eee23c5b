import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { orgTree } from "../auth/scope.ts";
import { topicSubscribers, users } from "../db/schema/index.ts";
import { parseObject } from "../lib/objects.ts";

/** The most users that a call may name. */
export const MAX_USERS = 1_000;

/** The most chat connections that a call may name. */
export const MAX_CONNECTIONS = 100;

/** Recipients that one portion handles: as many as a call may name, so that those are done when it is answered. */
export const PORTION = 1_000;

/** Whom an event is for, as it is stored. */
const stored = z.object({
  to: z.discriminatedUnion("kind", [
    /** `ids` is emptied once they have been handled: who they were is in the messages. */
    z.object({ kind: z.literal("users"), ids: z.array(z.string()), count: z.int() }),
    z.object({
      kind: z.literal("topic"),
      topic: z.string(),
      uuid: z.string(),
      /** Only subscribers in this organization's tree: the sender's, who must not learn how many others there are. */
      within: z.string().nullable().default(null),
    }),
    /** Of organizations. `ids` as for users. */
    z.object({ kind: z.literal("connections"), ids: z.array(z.string()), count: z.int() }),
    z.object({ kind: z.literal("org"), orgId: z.string(), withSubOrgs: z.boolean() }),
  ]),
  /** A dedupe key that is each recipient's; null: there is none, or it is the whole event's. */
  key: z.string().nullable(),
});
export type Recipients = z.output<typeof stored>;
export type To = Recipients["to"];

export const readRecipients = (json: string): Recipients => stored.parse(parseObject(json));

/** Whether a call has named its recipients one by one. */
export const isNamed = (to: To): to is Extract<To, { ids: string[] }> =>
  to.kind === "users" || to.kind === "connections";

/** No more organizations can be in a tree. A LIMIT keeps SQLite from dropping the order of a subquery. */
const ALL = 1_000_000_000;

const place = z.tuple([z.string(), z.string()]);

/** Where in an organization's tree a portion begins: after this user of this organization. */
const placeIn = (after: string): [orgId: string, userId: string] =>
  after === "" ? ["", ""] : place.parse(JSON.parse(after));

/** A recipient in the order of the portions. `place` is what `after` is once it has been handled. */
export interface Listed {
  user_id: string;
  place: string;
}

/** Whether a user may be in two portions: one who moves within an organization's tree while it is gone through. */
export const mayRecur = (to: To): boolean => to.kind === "org" && to.withSubOrgs;

/**
 * The next recipients as a query of `Listed`, in their order. It reads the rows of the portion and none before it: of an
 * organization's tree each organization is looked up in the index by organization. Of a topic for a sender with an
 * organization it also reads, by its key, each subscriber between them who is out of scope.
 */
export function portionOf(to: To, after: string): SQL {
  switch (to.kind) {
    case "users":
    case "connections":
      return sql`SELECT value AS user_id, value AS place FROM json_each(${JSON.stringify(to.ids)})`;
    case "topic":
      return to.within === null
        ? sql`SELECT user_id, user_id AS place FROM ${topicSubscribers}
            WHERE topic = ${to.uuid} AND user_id > ${after} ORDER BY user_id LIMIT ${PORTION}`
        : // The + keeps SQLite from looking a user up in each organization of the tree.
          sql`SELECT s.user_id, s.user_id AS place FROM ${topicSubscribers} AS s
            CROSS JOIN ${users} AS u ON u.id = s.user_id AND +u.org_id IN ${orgTree(to.within)}
            WHERE s.topic = ${to.uuid} AND s.user_id > ${after} ORDER BY s.user_id LIMIT ${PORTION}`;
    case "org": {
      const [orgId, userId] = placeIn(after);
      const tree = to.withSubOrgs ? orgTree(to.orgId) : sql`(SELECT ${to.orgId})`;
      return sql`SELECT u.id AS user_id, json_array(u.org_id, u.id) AS place
        FROM (SELECT id FROM (SELECT id FROM ${orgsOf(tree)} WHERE id >= ${orgId} ORDER BY id LIMIT ${ALL})) AS t
        CROSS JOIN ${users} AS u ON u.org_id = t.id AND u.id > iif(t.id = ${orgId}, ${userId}, '')
        LIMIT ${PORTION}`;
    }
  }
}

/** A subquery of ids under the name of its column. */
const orgsOf = (tree: SQL): SQL =>
  sql`(SELECT o.id FROM (SELECT NULL AS id WHERE false UNION ALL SELECT * FROM ${tree}) AS o)`;
