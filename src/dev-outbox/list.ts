import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { devOutbox, dispatches } from "../db/schema/index.ts";
import { firstIdAt, timeOfId } from "../lib/ids.ts";
import { parseObject } from "../lib/objects.ts";
import { CLEARED } from "./cleared.ts";
import { KEPT } from "./keep.ts";
import { linksIn } from "./links.ts";
import { CONTENTS, type OutboxMessage } from "./message.ts";

/** Which messages to list. */
export interface OutboxFilter {
  /** An address in any spelling of upper and lower case, or a device's token. */
  to?: string | undefined;
  userId?: string | undefined;
  /** Either of the two. */
  who?: string | undefined;
  channel?: keyof typeof CONTENTS | undefined;
  type?: string | undefined;
  /** Taken at or after, epoch ms. */
  since?: number | undefined;
}

interface Row {
  id: string;
  channel: keyof typeof CONTENTS;
  dispatch_id: string;
  user_id: string;
  type: string;
  recipient: string | null;
  message: string;
}

/** A UUIDv7 of the time of delivery: the dispatch's own is of the time when it was made, maybe days before. */
const DELIVERED_ID = sql.raw(
  "substr(printf('%012x', delivered_at), 1, 8) || '-' || substr(printf('%012x', delivered_at), 9) || substr(id, 14)",
);

/** In-app messages reach their readers without a provider: they are read from the log. The newest of them, like all else. */
const IN_APP = sql`SELECT ${DELIVERED_ID} AS id, channel, id AS dispatch_id, user_id, type, NULL AS recipient,
    json_object('title', coalesce(title, ''), 'body', coalesce(body, ''), 'data', iif(json_valid(data), json(data), NULL)) AS message
  FROM (SELECT * FROM ${dispatches} INDEXED BY dispatches_by_channel WHERE channel = 'in_app' ORDER BY id DESC LIMIT ${KEPT})
  WHERE status = 'delivered'`;

/** The millisecond of a UUIDv7, as text. */
const msOf = (id: SQL): SQL => sql`substr(${id}, 1, 13)`;

/** Messages that fit, newest first. In-app messages that came before the outbox was emptied are left out. */
function messages(conditions: readonly SQL[], limit: number): SQL<Row> {
  const cleared = sql`coalesce((SELECT max(id) FROM ${devOutbox} WHERE channel = ${CLEARED}), '')`;
  const all = [
    sql`channel <> ${CLEARED}`,
    sql`(channel <> 'in_app' OR ${msOf(sql`id`)} > ${msOf(cleared)})`,
    ...conditions,
  ];
  return sql<Row>`SELECT * FROM (
      SELECT id, channel, dispatch_id, user_id, type, recipient, message FROM ${devOutbox} UNION ALL ${IN_APP})
    WHERE ${sql.join(all, sql` AND `)} ORDER BY id DESC LIMIT ${limit}`;
}

const isTo = (to: string): SQL => sql`lower(recipient) = lower(${to})`;

/**
 * What the outbox has, newest first: up to `limit` messages and one more, if there are more. One round trip.
 * @param before the last id of the page before
 */
export async function listOutbox(
  ctx: Pick<Ctx, "db">,
  { to, userId, who, channel, type, since }: OutboxFilter,
  { limit, before }: { limit: number; before: string | null },
): Promise<OutboxMessage[]> {
  const conditions = [
    ...(to === undefined ? [] : [isTo(to)]),
    ...(userId === undefined ? [] : [sql`user_id = ${userId}`]),
    ...(who === undefined ? [] : [sql`(user_id = ${who} OR ${isTo(who)})`]),
    ...(channel === undefined ? [] : [sql`channel = ${channel}`]),
    ...(type === undefined ? [] : [sql`type = ${type}`]),
    ...(since === undefined ? [] : [sql`id >= ${firstIdAt(since)}`]),
    ...(before === null ? [] : [sql`id < ${before}`]),
  ];
  const { rows } = await ctx.db.read({ rows: messages(conditions, limit + 1) });
  return rows.map(messageOf);
}

/** One message; null when the outbox has none of this id. One round trip. */
export async function findInOutbox(ctx: Pick<Ctx, "db">, id: string): Promise<OutboxMessage | null> {
  const { rows } = await ctx.db.read({ rows: messages([sql`id = ${id}`], 1) });
  return rows[0] === undefined ? null : messageOf(rows[0]);
}

function messageOf({ id, channel, dispatch_id, user_id, type, recipient, message }: Row): OutboxMessage {
  const content = contentOf(channel, parseObject(message));
  return {
    id,
    at: timeOfId(id),
    dispatchId: dispatch_id,
    userId: user_id,
    type,
    to: recipient,
    links: linksOf(content),
    content,
  };
}

function contentOf(channel: Row["channel"], stored: unknown): OutboxMessage["content"] {
  switch (channel) {
    case "email":
      return { channel, message: CONTENTS.email.parse(stored) };
    case "push":
      return { channel, message: CONTENTS.push.parse(stored) };
    case "in_app":
      return { channel, message: CONTENTS.in_app.parse(stored) };
    case "sms":
      return { channel, message: CONTENTS.sms.parse(stored) };
    case "chat":
      return { channel, message: CONTENTS.chat.parse(stored) };
  }
}

function linksOf({ channel, message }: OutboxMessage["content"]): string[] {
  if (channel === "email") return linksIn(message);
  if (channel === "chat") return linksIn({ text: `${message.text} ${message.action?.url ?? ""}` });
  return linksIn({ text: message.body ?? "" });
}
