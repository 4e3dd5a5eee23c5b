import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Ctx } from "../../ctx.ts";
import { grants } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { usedKeys, enqueueNotifications, type NewNotification } from "../../outbox/notify.ts";
import { fromType } from "../../content/type.ts";
import { DAY } from "../../lib/clock.ts";
import { dueStep, type LadderStep, nextStepAt } from "../../schedules/ladder.ts";
import { rescheduled, wholeUsers } from "../../schedules/user-schedules.ts";
import { type SentPortion, type DueUser, forDueUsers, withheldFrom } from "../grants/due-users.ts";
import { followedBy } from "../grants/followed.ts";
import { deadlineKey } from "./dedupe-key.ts";
import { spreadMoves } from "./moved-deadlines.ts";
import { deadlineReminder } from "./type.ts";

/** Later deadlines have no due step: steps are at most 30 days before a deadline, and a zone moves one by a day at most. */
const HORIZON_MS = 32 * DAY;

/** A grant that a user follows and whose deadline is near. */
interface Followed {
  user_id: string;
  grant_id: string;
  applied: 0 | 1;
  deadline: number;
  known_since: number;
  followed_since: number;
}

/** A grant whose deadline the user must be reminded of now. */
interface Owed extends Followed {
  key: string;
}

/** The most grants that one portion reads, for all its users together. */
const MAX_ROWS = 10_000;

/**
 * Reminds users of deadlines of grants that they match or have applied for, as many days before as they have chosen, at
 * `DIGEST_HOUR` local time: one message a user. After an outage only the nearest of the missed steps is sent, and none after
 * the deadline. Four round trips a portion; the cost grows with the users who are due.
 * @returns how many messages were queued
 */
export async function sendDeadlineReminders(ctx: Ctx): Promise<number> {
  await spreadMoves(ctx);
  return forDueUsers(
    ctx,
    { kind: "deadlines", type: deadlineReminder },
    () => ({}),
    (due, now) => remind(ctx, due, now),
  );
}

async function remind(ctx: Ctx, due: readonly DueUser[], now: number): Promise<SentPortion> {
  const wanting = due.filter((user) => user.known === 1 && user.wanted === 1);
  const ids = JSON.stringify(wanting.map((user) => user.user_id));
  const followed = followedBy(sql`SELECT value FROM json_each(${ids})`);
  const { near, far } = await ctx.db.read({
    near: sql<Followed>`SELECT f.*, g.deadline, g.known_since FROM ${followed} AS f CROSS JOIN ${grants} AS g ON g.id = f.grant_id
      WHERE g.deadline > ${now} AND g.deadline <= ${now + HORIZON_MS}
      ORDER BY f.user_id, g.deadline LIMIT ${MAX_ROWS}`,
    far: sql<{
      user_id: string;
      deadline: number;
    }>`SELECT f.user_id, min(g.deadline) AS deadline FROM ${followed} AS f CROSS JOIN ${grants} AS g ON g.id = f.grant_id
      WHERE g.deadline > ${now + HORIZON_MS} GROUP BY f.user_id`,
  });
  const { rows, covers } = wholeUsers(near, MAX_ROWS);
  const byUser = Map.groupBy(rows, (one) => one.user_id);
  const steps = createLadders(ctx.config.digestHour, now);
  const owed: Owed[] = [];
  const nextOf = new Map<string, number>();
  const reschedule = (userId: string, at: number) =>
    nextOf.set(userId, Math.min(at, nextOf.get(userId) ?? Number.POSITIVE_INFINITY));
  for (const { user_id, deadline } of far) reschedule(user_id, deadline - HORIZON_MS);
  for (const user of wanting)
    for (const one of byUser.get(user.user_id) ?? []) {
      const { dueNow, nextAt } = steps(user, one.deadline);
      if (nextAt !== null) reschedule(user.user_id, nextAt);
      // Steps before the deadline was known, or before the user followed the grant, are not sent.
      if (dueNow !== null && dueNow.at > Math.max(one.known_since, user.since ?? one.followed_since))
        owed.push({ ...one, key: deadlineKey(one.user_id, one.grant_id, one.deadline, dueNow.step) });
    }
  const messages = await messagesFor(ctx, due, owed);
  const covered = due.filter((user) => covers(user.user_id));
  const unwanted = covered.filter((user) => user.known === 1 && user.wanted === 0);
  const queued = await enqueueNotifications(ctx, messages, [
    ...rescheduled("deadlines", covered, nextOf),
    ...withheldFrom(deadlineReminder, unwanted, "switched_off", now),
  ]);
  return { queued, left: due.length - covered.length };
}

const days = z.array(z.number());

/** Works out the due step and the time of the next one, once for all users with the same deadline, zone and days. */
function createLadders(hour: number, now: number) {
  const known = new Map<string, { dueNow: LadderStep | null; nextAt: number | null }>();
  return ({ timezone, reminder_days }: DueUser, deadline: number) => {
    const key = `${deadline} ${timezone} ${reminder_days}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const ladder = { deadline, zone: timezone, hour, steps: days.parse(JSON.parse(reminder_days)) };
    const made = { dueNow: dueStep(ladder, now), nextAt: nextStepAt(ladder, now) };
    known.set(key, made);
    return made;
  };
}

/** One message for each user, about the steps without a dedupe key. Its content is read when it is sent. */
async function messagesFor(
  ctx: Ctx,
  due: readonly DueUser[],
  owed: readonly Owed[],
): Promise<NewNotification[]> {
  const used = await usedKeys(
    ctx,
    owed.map(({ key }) => key),
  );
  const orgOf = new Map(due.map((user) => [user.user_id, user.org_id]));
  const fresh = owed.filter(({ key }) => !used.has(key));
  return [...Map.groupBy(fresh, (one) => one.user_id)].map(([userId, own]) => {
    const row = dispatchRow(ctx, {
      ...fromType(deadlineReminder, ctx.clock.now()),
      lane: "bulk",
      userId,
      orgId: orgOf.get(userId) ?? null,
      grantId: own.length === 1 ? (own[0]?.grant_id ?? null) : null,
      // After the last deadline the message is useless.
      expiresAt: Math.max(...own.map(({ deadline }) => deadline)),
    });
    return { row, keys: own.map(({ key }) => key) };
  });
}
