import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { hasRoom } from "../../db/client.ts";
import type { Statement } from "../../db/statement.ts";
import {
  preferences,
  type ScheduleKind,
  users,
  userSchedules,
  type WithheldReason,
} from "../../db/schema/index.ts";
import { preferred } from "../../preferences/defaults.ts";
import { noteWithheld } from "../../log/withheld/count.ts";

/** Users dealt with in one go, and goes of one tick. */
const PORTION = 500;
const PORTIONS_PER_TICK = 10;

/** A user whose schedule is due, with what it depends upon. */
export interface DueUser {
  user_id: string;
  period: string | null;
  since: number | null;
  next_at: number;
  /** 0 when there is no such user (any more). */
  known: 0 | 1;
  org_id: string | null;
  timezone: string | null;
  /** Whether the kind's own switch and the one for all e-mail are on. */
  wanted: 0 | 1;
  frequency: "immediate" | "daily" | "weekly";
  /** JSON array. */
  reminder_days: string;
  digest_day: number;
}

/** The switch that stops what a schedule is for. */
const SWITCH = {
  deadlines: "deadline_notifications",
  digest: "weekly_digest_enabled",
  matches: "new_match_notifications",
} as const;

export type DigestKind = keyof typeof SWITCH & ScheduleKind;

/** What the e-mail of a schedule is called. */
const TYPE = { deadlines: "deadline_reminder", digest: "weekly_digest", matches: "new_match" } as const;

/** Whether the user of the preferences `p` wants e-mail of a kind; they are read again when it is sent. */
export const isWanted = (column: (typeof SWITCH)[DigestKind] | "application_status_notifications"): SQL =>
  sql`(${preferred("email_notifications_enabled")} AND ${preferred(column)})`;

/** Up to `PORTION` users who are due, the longest overdue first: always the same ones. */
export const dueUsers = (kind: DigestKind, now: number): SQL =>
  sql`SELECT s.user_id, s.period, s.since, s.next_at, u.id IS NOT NULL AS known, u.org_id, u.timezone,
      ${isWanted(SWITCH[kind])} AS wanted, ${preferred("notification_frequency")} AS frequency,
      ${preferred("deadline_reminder_days")} AS reminder_days, ${preferred("weekly_digest_day")} AS digest_day
    FROM ${userSchedules} s LEFT JOIN ${users} u ON u.id = s.user_id LEFT JOIN ${preferences} p ON p.user_id = s.user_id
    WHERE s.kind = ${kind} AND s.next_at <= ${now} ORDER BY s.next_at, s.user_id LIMIT ${PORTION}`;

/**
 * The statement that notes for users of whom a job has looked at that they get no message of its kind; none for nobody.
 * What is switched off is looked at once after a change, and then no more.
 */
export function withheldFrom(
  kind: DigestKind,
  users: readonly Pick<DueUser, "user_id">[],
  reason: WithheldReason,
  now: number,
): Statement[] {
  if (users.length === 0) return [];
  const ids = JSON.stringify(users.map(({ user_id }) => user_id));
  const found = sql`SELECT value AS user_id, ${reason} AS reason FROM json_each(${ids})`;
  return [noteWithheld({ type: TYPE[kind], channel: "email", now }, found)];
}

/**
 * The users of whom what was read beside them, in their order, is all that there is. When it was cut off after `limit`, the
 * others stay due.
 */
export function lookedAt(
  due: readonly DueUser[],
  found: readonly { user_id: string }[],
  limit: number,
): readonly DueUser[] {
  const last = found.length < limit ? undefined : found.at(-1)?.user_id;
  if (last === undefined) return due;
  const whole = new Set(found.map(({ user_id }) => user_id));
  whole.delete(last);
  return due.filter(({ user_id }) => whole.has(user_id));
}

/** What a portion came to. */
export interface Dealt {
  /** Messages that were queued. */
  queued: number;
  /** Users who were more than one look could take in: they are still due. */
  left: number;
}

/**
 * Hands the users who are due to `deal`, a portion at a time, until none is left or the tick has done enough. Whoever was
 * dealt with must be due later, or no more.
 * @param beside what else to read of the users whom the given query finds, in the same round trip
 * @returns how many messages were queued
 */
export async function forDueUsers(
  ctx: Ctx,
  kind: DigestKind,
  deal: (due: readonly DueUser[], now: number, found: readonly unknown[][]) => Promise<Dealt>,
  beside: (due: SQL) => readonly SQL[] = () => [],
): Promise<number> {
  let queued = 0;
  for (let portion = 0; portion < PORTIONS_PER_TICK && hasRoom(ctx.db); portion++) {
    const now = ctx.clock.now();
    const query = dueUsers(kind, now);
    const [rows = [], ...found] = await ctx.db.readList([query, ...beside(query)]);
    const due = rows as DueUser[];
    const dealt = due.length > 0 ? await deal(due, now, found) : { queued: 0, left: 0 };
    queued += dealt.queued;
    if (due.length < PORTION && dealt.left === 0) break;
  }
  return queued;
}
