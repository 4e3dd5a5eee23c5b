import { sql } from "drizzle-orm";
import type { ContentOf } from "../channels/email/templates/index.ts";
import type { Ctx } from "../ctx.ts";
import { grants, matches, preferences } from "../db/schema/index.ts";
import { dispatchRow } from "../dispatch/create.ts";
import { digestKey } from "../dispatch/occasion-keys.ts";
import { queueTelling, type Telling } from "../dispatch/tell.ts";
import { groupBy } from "../lib/chunks.ts";
import { DAY } from "../lib/clock.ts";
import { preferred } from "../preferences/defaults.ts";
import { type WeekDue, weekDue } from "../schedules/pending.ts";
import { rescheduled } from "../schedules/user-schedules.ts";
import { type DueUser, forDueUsers } from "./due-users.ts";
import { followedBy, MAX_LISTED, reasonOf } from "./followed.ts";

/** Deadlines so far ahead are told: those that reminders may still come for. */
const AHEAD_MS = 30 * DAY;

/** A week's digest ends to be news when the next one comes. */
const NEWS_MS = 7 * DAY;

/** A user whose digest goes now: of the matches made after `from`, up to and with `to`. */
interface Owed {
  user: DueUser;
  period: string;
  from: number;
  to: number;
}

interface FoundMatch {
  user_id: string;
  title: string;
  url: string | null;
  deadline: number | null;
  score: number;
  total: number;
}

interface FoundDeadline extends Omit<FoundMatch, "score"> {
  deadline: number;
  applied: 0 | 1;
}

/**
 * Sends the digests that are due: the week's matches and the deadlines ahead; none to whom there is nothing to say. An
 * occasion a week keeps overlapping ticks from telling it twice. Of several weeks missed in an outage one digest tells,
 * and each match is in one digest, however days and zones change. Three round trips a portion.
 * @returns how many messages were queued
 */
export const sendWeeklyDigests = (ctx: Ctx): Promise<number> =>
  forDueUsers(ctx, "digest", (due, now) => digest(ctx, due, now));

async function digest(ctx: Ctx, due: readonly DueUser[], now: number): Promise<number> {
  const owed: Owed[] = [];
  const nextOf = new Map<string, number>();
  const periodOf = new Map<string, string>();
  const sinceOf = new Map<string, number>();
  // Who does not want it any more has no schedule: a new wish makes a new one.
  for (const user of due.filter((one) => one.known === 1 && one.wanted === 1)) {
    const { due: week, next } = lookAt(ctx, user, now);
    nextOf.set(user.user_id, next.at);
    periodOf.set(user.user_id, next.period);
    if (week === null) continue;
    owed.push({ user, period: week.period, from: user.since ?? week.from, to: week.to });
    sinceOf.set(user.user_id, week.to);
  }
  const messages = await messagesFor(ctx, owed, now);
  return queueTelling(ctx, messages, rescheduled("digest", due, nextOf, periodOf, sinceOf));
}

const lookAt = (ctx: Ctx, { timezone, digest_day, period, next_at }: DueUser, now: number): WeekDue =>
  weekDue({ zone: timezone, weekday: digest_day, hour: ctx.config.digestHour }, period, next_at, now);

async function messagesFor(ctx: Ctx, owed: readonly Owed[], now: number): Promise<Telling[]> {
  if (owed.length === 0) return [];
  const windows = JSON.stringify(owed.map(({ user, from, to }) => ({ user_id: user.user_id, from, to })));
  const ids = JSON.stringify(owed.map(({ user }) => user.user_id));
  const [found = [], ahead = []] = await ctx.db.read([
    sql`SELECT * FROM (SELECT m.user_id, g.title, g.url, g.deadline, m.score,
          row_number() OVER (PARTITION BY m.user_id ORDER BY m.score DESC, m.id) AS place,
          count(*) OVER (PARTITION BY m.user_id) AS total
        FROM json_each(${windows}) AS w
        CROSS JOIN ${matches} AS m ON m.user_id = w.value->>'user_id'
          AND m.created_at > w.value->>'from' AND m.created_at <= w.value->>'to'
        CROSS JOIN ${grants} AS g ON g.id = m.grant_id
        LEFT JOIN ${preferences} AS p ON p.user_id = m.user_id
        WHERE m.score >= ${preferred("match_threshold")})
      WHERE place <= ${MAX_LISTED}`,
    sql`SELECT * FROM (SELECT f.user_id, f.applied, g.title, g.url, g.deadline,
          row_number() OVER (PARTITION BY f.user_id ORDER BY g.deadline, g.id) AS place,
          count(*) OVER (PARTITION BY f.user_id) AS total
        FROM ${followedBy(ids)} AS f CROSS JOIN ${grants} AS g ON g.id = f.grant_id
        WHERE g.deadline > ${now} AND g.deadline <= ${now + AHEAD_MS})
      WHERE place <= ${MAX_LISTED}`,
  ]);
  const matchesOf = groupBy(found as FoundMatch[], (one) => one.user_id);
  const deadlinesOf = groupBy(ahead as FoundDeadline[], (one) => one.user_id);
  return owed.flatMap(({ user, period }) => {
    const payload = contentOf(matchesOf.get(user.user_id) ?? [], deadlinesOf.get(user.user_id) ?? []);
    if (payload.matches.length + payload.deadlines.length === 0) return [];
    const row = dispatchRow(ctx, {
      channel: "email",
      lane: "bulk",
      type: "weekly_digest",
      userId: user.user_id,
      orgId: user.org_id,
      payload,
      expiresAt: now + NEWS_MS,
    });
    return [{ row, keys: [digestKey(user.user_id, period)] }];
  });
}

const contentOf = (
  found: readonly FoundMatch[],
  ahead: readonly FoundDeadline[],
): ContentOf<"weekly_digest"> => ({
  type: "weekly_digest",
  matches: found.map(({ title, score, deadline, url }) => ({ title, score, deadline, url })),
  matches_total: found[0]?.total ?? 0,
  deadlines: ahead.map(({ title, deadline, url, applied }) => ({
    title,
    deadline,
    url,
    reason: reasonOf(applied),
  })),
  deadlines_total: ahead[0]?.total ?? 0,
  url: null,
});
