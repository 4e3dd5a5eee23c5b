import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { inPortions } from "../../db/portions.ts";
import { type Batch, Parsed, type Rows, type Statement } from "../../db/statement.ts";
import {
  type Frequency,
  preferences,
  type ScheduleKind,
  users,
  userSchedules,
  type WithheldReason,
  orgs,
  orgSettings,
} from "../../db/schema/index.ts";
import type { NotificationType } from "../../content/type.ts";
import { ALL } from "../../preferences/cells.ts";
import { preferred } from "../../preferences/defaults.ts";
import { SERVICE } from "../../preferences/org-settings.ts";
import { noteWithheld } from "../../log/withheld/count.ts";

/** The most users in one portion, and portions in one run. */
const PORTION = 500;
const PORTIONS_PER_TICK = 10;

/** A user whose schedule is due, with the settings that decide what to send. */
export interface DueUser {
  user_id: string;
  period: string | null;
  since: number | null;
  next_at: number;
  /** 0 when the directory has no such user. */
  known: 0 | 1;
  org_id: string | null;
  timezone: string | null;
  /** 1 when both this type and e-mail in general are switched on. */
  wanted: 0 | 1;
  frequency: Frequency;
  /** JSON array. */
  reminder_days: string;
  digest_day: number;
}

/** A kind of schedule, and the type of its messages. */
export interface Source {
  kind: ScheduleKind;
  type: NotificationType;
}

/**
 * Whether the preferences `p` of the user `u` allow e-mail of a type, or one of the user's organizations has locked it on.
 * Only those who have switched it off cost a look at their organizations. All of it is decided again when it is sent.
 */
export function isWanted({ preference, category }: Pick<NotificationType, "preference" | "category">): SQL {
  const all = sql`(${preferred("email_notifications_enabled")} OR ${isLockedOn(ALL)})`;
  return preference === null ? all : sql`(${all} AND (${preferred(preference)} OR ${isLockedOn(category)}))`;
}

/** Whether an organization of the user `u`, or the service, has locked e-mail of a category on. */
function isLockedOn(category: string): SQL {
  const cell = sql`(s.preferences -> ${`$.${category}.email`})`;
  return sql`EXISTS (WITH RECURSIVE line(id) AS (SELECT u.org_id
      UNION SELECT o.parent_id FROM ${orgs} AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL)
    SELECT 1 FROM ${orgSettings} AS s WHERE s.org_id IN (SELECT id FROM line UNION ALL SELECT ${SERVICE})
      AND ${cell} ->> '$.on' AND ${cell} ->> '$.locked')`;
}

/** Reads up to `PORTION` users who are due, the longest overdue first. A repeat finds the same users. */
const dueUsers = ({ kind, type }: Source, now: number): SQL<DueUser> =>
  sql<DueUser>`SELECT s.user_id, s.period, s.since, s.next_at, u.id IS NOT NULL AS known, u.org_id, u.timezone,
      ${isWanted(type)} AS wanted, ${preferred("notification_frequency")} AS frequency,
      ${preferred("deadline_reminder_days")} AS reminder_days, ${preferred("weekly_digest_day")} AS digest_day
    FROM ${userSchedules} s LEFT JOIN ${users} u ON u.id = s.user_id LEFT JOIN ${preferences} p ON p.user_id = s.user_id
    WHERE s.kind = ${kind} AND s.next_at <= ${now} ORDER BY s.next_at, s.user_id LIMIT ${PORTION}`;

/**
 * The statement that counts messages withheld from these users; none without users. A user who has switched the type off
 * is due once more, is counted here, and then loses the schedule.
 */
export function withheldFrom(
  type: Pick<NotificationType, "id" | "channels">,
  users: readonly Pick<DueUser, "user_id">[],
  reason: WithheldReason,
  now: number,
): Statement[] {
  if (users.length === 0) return [];
  const ids = JSON.stringify(users.map(({ user_id }) => user_id));
  const found = sql`SELECT value AS user_id, ${reason} AS reason FROM json_each(${ids})`;
  return [noteWithheld(type, now, found)];
}

/** The result of a portion of due users. */
export interface SentPortion {
  /** How many messages were queued. */
  queued: number;
  /** How many users the portion had no room for. They are still due. */
  left: number;
}

/**
 * Passes the users who are due to `send`, a portion at a time. `send` must make each due later, or delete the schedule.
 * @param alsoRead what else to read in the same round trip, about the users whom the query `due` finds
 * @returns how many messages were queued
 */
export async function forDueUsers<B extends Batch>(
  ctx: Ctx,
  source: Source,
  alsoRead: (due: SQL) => B,
  send: (due: readonly DueUser[], now: number, found: Rows<B>) => Promise<SentPortion>,
): Promise<number> {
  const { done } = await inPortions(ctx.db, PORTIONS_PER_TICK, async () => {
    const now = ctx.clock.now();
    const query = dueUsers(source, now);
    const { due, found } = await ctx.db.read({
      due: query,
      found: Parsed.of(alsoRead(query), (rows) => rows),
    });
    const { queued, left } = due.length > 0 ? await send(due, now, found) : { queued: 0, left: 0 };
    return { done: queued, isLast: due.length < PORTION && left === 0 };
  });
  return done;
}
