import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { grants, preferences } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { enqueueNotifications, type NewNotification } from "../../outbox/notify.ts";
import { fromType } from "../../content/type.ts";
import { type WeekDue, weekDue } from "../../schedules/pending.ts";
import { rescheduled } from "../../schedules/user-schedules.ts";
import { type DigestWindow, freshMatches, isAhead } from "../grants/digest-window.ts";
import { type SentPortion, type DueUser, forDueUsers, withheldFrom } from "../grants/due-users.ts";
import { followedBy } from "../grants/followed.ts";
import { digestKey } from "./dedupe-key.ts";
import { weeklyDigest } from "./type.ts";

/** A user whose digest is due now, for the matches made after `from`, up to and including `to`. */
interface Owed {
  user: DueUser;
  period: string;
  from: number;
  to: number;
}

/**
 * Sends the digests that are due: the week's matches and the deadlines ahead. A user with neither gets none. A dedupe key for
 * each week keeps overlapping runs from sending it twice. After an outage the missed weeks become one digest. Each match is
 * in one digest only, even if digest day or zone change. Three round trips a portion.
 * @returns how many messages were queued
 */
export const sendWeeklyDigests = (ctx: Ctx): Promise<number> =>
  forDueUsers(
    ctx,
    { kind: "digest", type: weeklyDigest },
    () => ({}),
    (due, now) => digest(ctx, due, now),
  );

async function digest(ctx: Ctx, due: readonly DueUser[], now: number): Promise<SentPortion> {
  const owed: Owed[] = [];
  const nextOf = new Map<string, number>();
  const periodOf = new Map<string, string>();
  const sinceOf = new Map<string, number>();
  // A user who has opted out loses the schedule. Opting in recreates it.
  for (const user of due.filter((one) => one.known === 1 && one.wanted === 1)) {
    const { due: week, next } = weekOf(ctx, user, now);
    nextOf.set(user.user_id, next.at);
    periodOf.set(user.user_id, next.period);
    if (week === null) continue;
    owed.push({ user, period: week.period, from: user.since ?? week.from, to: week.to });
    sinceOf.set(user.user_id, week.to);
  }
  const messages = await messagesFor(ctx, owed, now);
  const notifying = new Set(messages.map(({ row }) => row.user_id));
  const empty = owed.flatMap(({ user }) => (notifying.has(user.user_id) ? [] : [user]));
  const unwanted = due.filter((user) => user.known === 1 && user.wanted === 0);
  const queued = await enqueueNotifications(ctx, messages, [
    ...rescheduled("digest", due, nextOf, periodOf, sinceOf),
    ...withheldFrom(weeklyDigest, empty, "nothing_to_say", now),
    ...withheldFrom(weeklyDigest, unwanted, "switched_off", now),
  ]);
  return { queued, left: 0 };
}

const weekOf = (ctx: Ctx, { timezone, digest_day, period, next_at }: DueUser, now: number): WeekDue =>
  weekDue({ zone: timezone, weekday: digest_day, hour: ctx.config.digestHour }, period, next_at, now);

/** A message for each user with matches or deadlines. They are read again when it is sent. */
async function messagesFor(ctx: Ctx, owed: readonly Owed[], now: number): Promise<NewNotification[]> {
  if (owed.length === 0) return [];
  const windows = JSON.stringify(owed.map(({ user, from, to }) => ({ user_id: user.user_id, from, to })));
  const user = sql`w.value->>'user_id'`;
  const { found } = await ctx.db.read({
    found: sql<{
      user_id: string;
    }>`SELECT ${user} AS user_id FROM json_each(${windows}) AS w LEFT JOIN ${preferences} AS p ON p.user_id = ${user}
      WHERE EXISTS (SELECT 1 FROM ${freshMatches({ user, from: sql`w.value->>'from'`, to: sql`w.value->>'to'`, now })})
        OR EXISTS (SELECT 1 FROM ${followedBy(sql`SELECT ${user} AS value`)} AS f
          CROSS JOIN ${grants} AS g ON g.id = f.grant_id WHERE ${isAhead(now)})`,
  });
  const notifying = new Set(found.map(({ user_id }) => user_id));
  return owed.flatMap(({ user: { user_id, org_id }, period, from, to }) => {
    if (!notifying.has(user_id)) return [];
    const payload: DigestWindow = { from, to };
    const row = dispatchRow(ctx, {
      ...fromType(weeklyDigest, now),
      lane: "bulk",
      userId: user_id,
      orgId: org_id,
      payload,
    });
    return [{ row, keys: [digestKey(user_id, period)] }];
  });
}
