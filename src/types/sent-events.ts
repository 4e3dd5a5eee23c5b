import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { leftSender } from "../auth/scope.ts";
import { CHANNELS, dispatches, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { MINUTE } from "../lib/clock.ts";
import { parseObject } from "../lib/objects.ts";
import type { Messages } from "../outbox/messages.ts";
import type { EarlierSteps } from "../preferences/decide.ts";
import { idAt, STEPS_WITHIN_MS } from "../outbox/chain.ts";
import { type OwnTypeData, readOwnType } from "./own-type.ts";

/** An event, as its messages need it when they are sent. */
export interface SentEvent {
  id: string;
  /** The type as it was when the event came. */
  type: OwnTypeData;
  data: Record<string, unknown>;
  /** Who caused it. The name is null for a user who is not there, or out of the sender's scope. */
  actor: { id: string; name: string | null } | null;
  /** Epoch ms. */
  createdAt: number;
}

interface EventRow {
  id: string;
  type_data: string;
  data: string;
  actor: string | null;
  actor_name: string | null;
  created_at: number;
}

/** The events of some dispatches, and what came of the messages before them that say the same. */
export interface SentEvents {
  /** The event of a dispatch; undefined where it has none. It is read when asked for. @throws if it cannot be read */
  of(dispatch: { batch_id: string | null }): SentEvent | undefined;
  /** Null for a dispatch that does not wait for others. */
  earlier(dispatch: { id: string }): EarlierSteps | null;
}

/** Whether the event's sender may not see the user who caused it: then the user's name is not printed either. */
const isOutOfReach = leftSender({ userId: sql`e.actor`, senderOrgId: sql`e.sender_org_id` });

/** A step that was later than this has delayed those that wait for it. */
const LATE_MS = MINUTE;

interface EarlierRow {
  id: string;
  /** JSON of `earlierFound`. */
  earlier: string;
  planned_at: number;
}

const earlierFound = z.object({
  reached: z.number().nullable(),
  open_until: z.number().nullable(),
  late_by: z.number().nullable(),
});

/** When a dispatch was to be sent. */
const plannedAt = (d: SQL): SQL => sql`coalesce(${d}.scheduled_at, ${d}.created_at)`;

const IS_OPEN = sql`s.status IN ('queued', 'sending')`;
/** Whether it waits for others. One payload that cannot be read must not fail the round of all the others. */
const IS_AFTER = sql`iif(json_valid(d.payload), d.payload ->> 'after', false)`;
/** When an earlier step came, or will: of those that may still be read. */
const CAME_AT = sql`CASE WHEN ${IS_OPEN} THEN s.due_at WHEN s.channel = 'in_app' AND s.status = 'delivered' THEN s.delivered_at END`;

/** Whether `s` has reached its user: an in-app message was read or put away, of another one a provider took a part at least. */
const HAS_REACHED = sql`iif(s.channel = 'in_app', s.read_at IS NOT NULL OR s.archived_at IS NOT NULL,
  s.status IN ('sent', 'delivered') OR s.delivered_count > 0)`;

/** What came of the dispatches `s`. @param lateBy how late the last of them came, in ms */
const found = (lateBy: SQL): SQL => sql`json_object('reached', max(${HAS_REACHED}),
  'open_until', max(iif(${IS_OPEN}, s.due_at, NULL)), 'late_by', ${lateBy})`;

/** `FROM` the dispatches `s` to the same user on the other channels, from this id on. By the user: a batch may be large. */
const ofUser = (least: SQL): SQL => sql`FROM json_each(${JSON.stringify(CHANNELS)}) AS c
  CROSS JOIN ${dispatches} AS s ON s.user_id = d.user_id AND s.channel = c.value AND +s.batch_id = d.batch_id
    AND s.id >= ${least} AND s.id < d.id AND s.channel <> d.channel`;

/** The steps of the event of `d` before it. */
const STEPS = sql`SELECT ${found(sql`max(${CAME_AT} - ${plannedAt(sql`s`)})`)} ${ofUser(idAt(sql`d.created_at - ${STEPS_WITHIN_MS}`))}`;

/**
 * Those that `d` follows, and those that were sent at the same time as the first of them. Their batch is older than they are. It comes when
 * one of them has failed or its time is over, so it waits no longer for one that came late.
 */
const FOLLOWED = sql`WITH RECURSIVE before(id) AS (
    SELECT d.follows UNION ALL SELECT b.follows FROM before CROSS JOIN ${dispatches} AS b ON b.id = before.id WHERE b.follows IS NOT NULL)
  SELECT ${found(sql`NULL`)} FROM ${dispatches} AS s WHERE s.id IN (SELECT id FROM before
    UNION ALL SELECT s.id ${ofUser(sql`d.batch_id`)} AND s.type = d.type)`;

/**
 * Reads the events of dispatches, each once, and for those that wait for earlier steps or follow others what came of these.
 * Nothing is found, and almost nothing read, for dispatches that belong to no event and follow none.
 */
export const eventsOf = (messages: Messages): Parsed<SentEvents> =>
  Parsed.of(
    {
      events: sql<EventRow>`SELECT e.id, e.type_data, e.data, e.actor,
          iif(${isOutOfReach}, NULL, u.name) AS actor_name, e.created_at
        FROM ${messages.events} AS e LEFT JOIN ${users} AS u ON u.id = e.actor
        WHERE e.id IN (SELECT batch_id FROM ${messages.rows} WHERE id IN ${messages.ids} AND batch_id IS NOT NULL)`,
      steps: sql<EarlierRow>`SELECT d.id, ${plannedAt(sql`d`)} AS planned_at,
          iif(d.follows IS NULL, (${STEPS}), (${FOLLOWED})) AS earlier
        FROM ${dispatches} AS d WHERE d.id IN ${messages.ids}
          AND (d.follows IS NOT NULL OR (d.batch_id IS NOT NULL AND ${IS_AFTER}))`,
    },
    ({ events: rowsOfEvents, steps }) => {
      const rows = new Map(rowsOfEvents.map((row) => [row.id, row]));
      const read = new Map<string, SentEvent>();
      const earlier = new Map(steps.map((row) => [row.id, earlierOf(row)]));
      return {
        of({ batch_id }) {
          const row = batch_id === null ? undefined : rows.get(batch_id);
          if (row === undefined) return undefined;
          const event = read.get(row.id) ?? eventOf(row);
          read.set(row.id, event);
          return event;
        },
        earlier: ({ id }) => earlier.get(id) ?? null,
      };
    },
  );

function earlierOf({ earlier, planned_at }: EarlierRow): EarlierSteps {
  const { reached, open_until, late_by } = earlierFound.parse(JSON.parse(earlier));
  return {
    reached: reached === 1,
    openUntil: open_until,
    dueAt: planned_at + (late_by !== null && late_by >= LATE_MS ? late_by : 0),
  };
}

const eventOf = ({ id, type_data, data, actor, actor_name, created_at }: EventRow): SentEvent => ({
  id,
  type: readOwnType(type_data),
  data: parseObject(data),
  actor: actor === null ? null : { id: actor, name: actor_name },
  createdAt: created_at,
});
