import { type SQL, sql } from "drizzle-orm";
import { JSON_PARAMETER_BYTES } from "../db/json.ts";
import { dedupeKeys, dispatches, type Event, withheld } from "../db/schema/index.ts";
import type { Statement } from "../db/statement.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import { SECOND } from "../lib/clock.ts";
import { firstIdAt } from "../lib/ids.ts";
import { dayOf } from "../log/withheld/count.ts";
import type { FreshDispatch } from "../outbox/create.ts";
import { appended } from "../outbox/timeline.ts";
import type { OwnTypeData } from "../types/own-type.ts";
import { collectingKeys, type KeyFor, notifiedKeys } from "./dedupe-key.ts";

/** A message that collects others keeps so many of their data, and no more once its payload has so many bytes. */
const MAX_ITEMS = 50;
const MAX_PAYLOAD_BYTES = 65_536;

/** What only the database can decide, when the messages are written: whether another event came first. */
export interface Conditions {
  type: OwnTypeData;
  event: Pick<Event, "id" | "data" | "expires_at">;
  /** Of the caller's key, where each recipient is notified once under it. */
  notified: KeyFor | null;
  /** Where the type collects messages. */
  collecting: KeyFor | null;
  /** How long it does; 0 where it does not. */
  windowMs: number;
  /** Whether a recipient may come again in a later portion. */
  mayRecur: boolean;
  /** Whether a recipient is there: SQL of the id. */
  isThere(id: SQL): SQL;
  now: number;
}

/** The conditions of an event; null where the type has none, so that every planned message is made. */
export async function conditionsOf(
  event: Pick<Event, "id" | "data" | "org_id" | "sender_org_id" | "expires_at">,
  type: OwnTypeData,
  {
    key,
    windowMs,
    mayRecur,
    isThere,
    now,
  }: { key: string | null; windowMs: number | null } & Pick<Conditions, "mayRecur" | "isThere" | "now">,
): Promise<Conditions | null> {
  const field = type.batch?.key ?? null;
  // A caller's data may name no field of Object.prototype.
  const data: unknown = JSON.parse(event.data);
  const value: unknown =
    field === null || typeof data !== "object" || data === null
      ? undefined
      : Object.getOwnPropertyDescriptor(data, field)?.value;
  const notified = key === null ? null : await notifiedKeys(event.org_id, type.id, key);
  const collecting =
    windowMs === null ? null : await collectingKeys(type.org_id, type.id, value, event.sender_org_id);
  if (notified === null && collecting === null && type.throttle === null && !mayRecur) return null;
  return { type, event, notified, collecting, windowMs: windowMs ?? 0, mayRecur, isThere, now };
}

/** A planned message with its keys, as `m.value` in SQL. */
export function marksOf(
  { notified, collecting }: Conditions,
  rows: readonly Pick<FreshDispatch, "id" | "user_id" | "channel">[],
): SQL {
  const marks = rows.map(({ id, user_id, channel }) => ({
    id,
    user_id,
    channel,
    notified: notified?.(user_id, channel),
    collecting: collecting?.(user_id, channel),
  }));
  const parts = chunksByBytes(marks, JSON_PARAMETER_BYTES).map(
    (part) => sql`SELECT value FROM json_each(${JSON.stringify(part)})`,
  );
  return parts.length === 0
    ? sql`(SELECT NULL AS value WHERE false)`
    : sql`(${sql.join(parts, sql` UNION ALL `)})`;
}

const ID = sql`m.value->>'id'`;

/**
 * Whether a message `d` still collects: its window is not over, and nobody has begun to send it. A step that waits longer
 * collects no longer than those before it, so that all of them tell of the same events.
 */
const isOpen = ({ now, windowMs }: Conditions): SQL =>
  sql`d.status = 'queued' AND d.claims = 0 AND d.sent_at IS NULL AND d.claim_id IS NULL AND d.due_at > ${now}
    AND d.created_at > ${now - windowMs}`;

/** Whether the recipient of a mark is still there: they may have been erased since the facts were read. */
const hasRecipient = ({ isThere }: Conditions): SQL => isThere(sql`m.value->>'user_id'`);

/** Whether a user has had as many messages as the type allows. @param one the row with `user_id` and `channel` */
function isThrottled({ type: { id, throttle }, now }: Conditions, one: SQL): SQL {
  if (throttle === null) return sql`false`;
  return sql`((SELECT count(*) FROM (SELECT 1 FROM ${dispatches} AS t WHERE t.user_id = ${one}->>'user_id'
    AND t.channel = ${one}->>'channel' AND t.id >= ${firstIdAt(now - throttle.per * SECOND)}
    AND +t.type = ${id} AND +t.status <> 'cancelled' LIMIT ${throttle.limit})) >= ${throttle.limit})`;
}

/** Whether the event has another message to the same user and channel. @param one the row with both and the `id` */
const isRepeated = ({ event, mayRecur }: Conditions, one: SQL): SQL =>
  mayRecur
    ? sql`EXISTS (SELECT 1 FROM ${dispatches} AS r WHERE r.user_id = ${one}->>'user_id' AND r.channel = ${one}->>'channel'
        AND r.id > ${event.id} AND +r.batch_id = ${event.id} AND +r.id <> ${one}->>'id')`
    : sql`false`;

/** Whether another dispatch has the key of a mark. */
const isTaken = (key: "notified" | "collecting", keys: KeyFor | null): SQL =>
  keys === null
    ? sql`false`
    : sql`EXISTS (SELECT 1 FROM ${dedupeKeys} AS k WHERE k.key = m.value->>'${sql.raw(key)}' AND k.dispatch_id <> ${ID})`;

/** Whether a message that is still open collects for a mark. */
const isCollected = (conditions: Conditions): SQL =>
  conditions.collecting === null
    ? sql`false`
    : sql`EXISTS (SELECT 1 FROM ${dedupeKeys} AS k CROSS JOIN ${dispatches} AS d ON d.id = k.dispatch_id
        WHERE k.key = m.value->>'collecting' AND k.dispatch_id <> ${ID} AND ${isOpen(conditions)})`;

/** Statements that take the keys, before the messages are inserted. @param isMine whether the portion may be written */
export function takeKeys(conditions: Conditions, marks: SQL, isMine: SQL): Statement[] {
  const { notified, collecting } = conditions;
  const take = (key: string, where: SQL, onConflict: SQL) =>
    sql`INSERT INTO ${dedupeKeys} (key, dispatch_id) SELECT m.value->>'${sql.raw(key)}', ${ID} FROM ${marks} AS m
      WHERE ${isMine} AND ${hasRecipient(conditions)} AND ${where} AND NOT ${isRepeated(conditions, sql`m.value`)} ON CONFLICT (key) ${onConflict}`;
  const isUnneeded = sql`(${isThrottled(conditions, sql`m.value`)} AND NOT ${isTaken("collecting", collecting)})`;
  return [
    ...(collecting === null
      ? []
      : [
          take(
            "collecting",
            sql`true`,
            sql`DO UPDATE SET dispatch_id = excluded.dispatch_id WHERE NOT EXISTS (SELECT 1 FROM ${dispatches} AS d
              WHERE d.id = ${dedupeKeys.dispatch_id} AND ${isOpen(conditions)})`,
          ),
        ]),
    ...(notified === null ? [] : [take("notified", sql`NOT ${isUnneeded}`, sql`DO NOTHING`)]),
  ];
}

/** The condition upon the row (`value`) of a message: it has all its keys, and its user may get another one. */
export function isWanted(conditions: Conditions): SQL {
  const keys = [conditions.notified, conditions.collecting].filter((one) => one !== null).length;
  const hasKeys =
    keys === 0
      ? sql`true`
      : sql`(SELECT count(*) FROM ${dedupeKeys} AS k WHERE k.dispatch_id = value->>'id') = ${keys}`;
  return sql`${hasKeys} AND NOT ${isThrottled(conditions, sql`value`)} AND NOT ${isRepeated(conditions, sql`value`)}`;
}

/** The payload of a message that collects: that of its first event. */
export function firstPayload({ event }: Conditions): SQL {
  const first = (more: string) =>
    `{${more}"count":1,"items":[${event.data}],"events":[${JSON.stringify(event.id)}]}`;
  return sql`iif(value->>'payload' IS NULL, ${first("")}, ${first(`"after":true,`)})`;
}

/** Adds the event to the messages that collect. It runs after the insertion. */
export function collect(conditions: Conditions, marks: SQL, isMine: SQL): Statement[] {
  const { event, notified, collecting, now } = conditions;
  if (collecting === null) return [];
  const payload = dispatches.payload;
  const hasRoom = sql`json_array_length(${payload}, '$.items') < ${MAX_ITEMS}
    AND length(${payload}) + ${event.data.length} <= ${MAX_PAYLOAD_BYTES}`;
  return [
    // It expires when the last of its events does.
    sql`UPDATE ${dispatches} SET updated_at = ${now}, expires_at = max(expires_at, ${event.expires_at}),
        timeline = ${appended({ did: "collected", at: now, event: event.id })},
        payload = json_set(iif(${hasRoom}, json_insert(${payload}, '$.items[#]', json(${event.data}), '$.events[#]', ${event.id}), ${payload}),
          '$.count', (${payload}->>'$.count') + 1)
      WHERE ${isMine} AND id IN (SELECT k.dispatch_id FROM ${marks} AS m CROSS JOIN ${dedupeKeys} AS k
        ON k.key = m.value->>'collecting' WHERE k.dispatch_id <> ${ID} AND NOT ${isTaken("notified", notified)}
        AND NOT ${isRepeated(conditions, sql`m.value`)})`,
  ];
}

/** What became of the marks, as a query of `channel`, `outcome`, `user_id`. @param isDry before anything is made */
export const outcomesOf = (conditions: Conditions, marks: SQL, isDry: boolean): SQL => {
  const made = isDry
    ? sql`NOT ${isThrottled(conditions, sql`m.value`)}`
    : sql`EXISTS (SELECT 1 FROM ${dispatches} AS d WHERE d.id = ${ID})`;
  return sql`SELECT m.value->>'channel' AS channel, m.value->>'user_id' AS user_id, CASE
      WHEN ${isTaken("notified", conditions.notified)} OR ${isRepeated(conditions, sql`m.value`)} THEN 'duplicate'
      WHEN ${isCollected(conditions)} THEN 'collected'
      WHEN ${made} THEN 'made' WHEN NOT ${hasRecipient(conditions)} THEN 'unknown_user' ELSE 'throttled' END AS outcome FROM ${marks} AS m`;
};

/** What the database knows of a message that nobody has made. */
export interface Found {
  channel: string;
  is_duplicate: 0 | 1;
  is_collected: 0 | 1;
  is_throttled: 0 | 1;
}

/** Reads what would become of messages, by the conditions under which they are made. */
export function lookAt(
  conditions: Conditions,
  messages: readonly Pick<FreshDispatch, "id" | "user_id" | "channel">[],
): SQL<Found> {
  const isDuplicate = sql`(${isTaken("notified", conditions.notified)} OR ${isRepeated(conditions, sql`m.value`)})`;
  return sql<Found>`SELECT m.value->>'channel' AS channel, ${isDuplicate} AS is_duplicate,
      ${isCollected(conditions)} AS is_collected, ${isThrottled(conditions, sql`m.value`)} AS is_throttled
    FROM ${marksOf(conditions, messages)} AS m`;
}

/** Counts the users of messages that were not made, by day. @param found a query of `user_id`, `channel` and `reason` */
export const withholdMany = (type: string, now: number, found: SQL): Statement =>
  sql`INSERT INTO ${withheld} (day, user_id, type, channel, reason, n)
    SELECT ${dayOf(now)}, user_id, ${type}, channel, reason, 1 FROM (${found}) WHERE true
    ON CONFLICT DO UPDATE SET n = n + 1`;
