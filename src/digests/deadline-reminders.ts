import { sql } from "drizzle-orm";
import type { ContentOf } from "../channels/email/templates/index.ts";
import type { Ctx } from "../ctx.ts";
import { inJson } from "../db/json.ts";
import { grants, occasions } from "../db/schema/index.ts";
import { dispatchRow } from "../dispatch/create.ts";
import { deadlineKey } from "../dispatch/occasion-keys.ts";
import { queueTelling, type Telling } from "../dispatch/tell.ts";
import { groupBy } from "../lib/chunks.ts";
import { DAY } from "../lib/clock.ts";
import { dueStep, type LadderStep, nextStepAt } from "../schedules/ladder.ts";
import { rescheduled } from "../schedules/user-schedules.ts";
import { type DueUser, forDueUsers } from "./due-users.ts";
import { followedBy, MAX_LISTED, reasonOf } from "./followed.ts";
import { spreadMoves } from "./moved-deadlines.ts";

/** A ladder has at most 30 days, and a zone can move a step by one: what is further away has no step yet. */
const HORIZON_MS = 32 * DAY;

/** A grant that a user follows and whose deadline is near. */
interface Followed {
  user_id: string;
  grant_id: string;
  applied: 0 | 1;
  deadline: number;
  known_since: number;
}

/** A grant of whose deadline its user is to be told now. */
interface Owed extends Followed {
  key: string;
}

interface Described {
  id: string;
  title: string;
  url: string | null;
}

/**
 * Reminds of the deadlines of grants that users match or have applied for, at the days before that they have chosen
 * (`DIGEST_HOUR` local): one message a user. Steps that an outage missed collapse into the nearest, none comes after the
 * deadline. Four round trips a portion; the cost grows with the users who are due.
 * @returns how many messages were queued
 */
export async function sendDeadlineReminders(ctx: Ctx): Promise<number> {
  await spreadMoves(ctx);
  return forDueUsers(ctx, "deadlines", (due, now) => remind(ctx, due, now));
}

async function remind(ctx: Ctx, due: readonly DueUser[], now: number): Promise<number> {
  const wanting = due.filter((user) => user.known === 1 && user.wanted === 1);
  const followed = followedBy(JSON.stringify(wanting.map((user) => user.user_id)));
  const [near = [], far = []] = await ctx.db.read([
    sql`SELECT f.*, g.deadline, g.known_since FROM ${followed} AS f CROSS JOIN ${grants} AS g ON g.id = f.grant_id
      WHERE g.deadline > ${now} AND g.deadline <= ${now + HORIZON_MS}`,
    sql`SELECT f.user_id, min(g.deadline) AS deadline FROM ${followed} AS f CROSS JOIN ${grants} AS g ON g.id = f.grant_id
      WHERE g.deadline > ${now + HORIZON_MS} GROUP BY f.user_id`,
  ]);
  const byUser = groupBy(near as Followed[], (one) => one.user_id);
  const steps = createLadders(ctx.config.digestHour, now);
  const owed: Owed[] = [];
  const nextOf = new Map<string, number>();
  const lookAt = (userId: string, at: number) =>
    nextOf.set(userId, Math.min(at, nextOf.get(userId) ?? Number.POSITIVE_INFINITY));
  for (const { user_id, deadline } of far as { user_id: string; deadline: number }[])
    lookAt(user_id, deadline - HORIZON_MS);
  for (const user of wanting)
    for (const one of byUser.get(user.user_id) ?? []) {
      const { standing, nextAt } = steps(user, one.deadline);
      if (nextAt !== null) lookAt(user.user_id, nextAt);
      // Nobody was promised a step before the deadline was known, or before the user had to do with the grant.
      if (standing !== null && standing.at > Math.max(one.known_since, user.since ?? 0))
        owed.push({ ...one, key: deadlineKey(one.user_id, one.grant_id, one.deadline, standing.step) });
    }
  const messages = await messagesFor(ctx, due, owed);
  return queueTelling(ctx, messages, rescheduled("deadlines", due, nextOf));
}

/** The step that stands and when the next comes. Users share deadlines, zones and days, and each costs some arithmetic. */
function createLadders(hour: number, now: number) {
  const known = new Map<string, { standing: LadderStep | null; nextAt: number | null }>();
  return ({ timezone, reminder_days }: DueUser, deadline: number) => {
    const key = `${deadline} ${timezone} ${reminder_days}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const ladder = { deadline, zone: timezone, hour, steps: JSON.parse(reminder_days) as number[] };
    const made = { standing: dueStep(ladder, now), nextAt: nextStepAt(ladder, now) };
    known.set(key, made);
    return made;
  };
}

/** One message a user, of what was not told before. */
async function messagesFor(ctx: Ctx, due: readonly DueUser[], owed: readonly Owed[]): Promise<Telling[]> {
  if (owed.length === 0) return [];
  const [told = [], described = []] = await ctx.db.read([
    sql`SELECT key FROM ${occasions} WHERE ${inJson(
      occasions.key,
      owed.map(({ key }) => key),
    )}`,
    sql`SELECT id, title, url FROM ${grants} WHERE ${inJson(grants.id, [...new Set(owed.map((one) => one.grant_id))])}`,
  ]);
  const toldKeys = new Set((told as { key: string }[]).map(({ key }) => key));
  const grantOf = new Map((described as Described[]).map((grant) => [grant.id, grant]));
  const orgOf = new Map(due.map((user) => [user.user_id, user.org_id]));
  const fresh = owed.flatMap((one) => {
    const grant = grantOf.get(one.grant_id);
    return grant === undefined || toldKeys.has(one.key) ? [] : [{ ...one, grant }];
  });
  return [...groupBy(fresh, (one) => one.user_id)].map(([userId, own]) => {
    const sorted = own.toSorted((a, b) => a.deadline - b.deadline);
    const payload: ContentOf<"deadline_reminder"> = {
      type: "deadline_reminder",
      deadlines: sorted.slice(0, MAX_LISTED).map(({ grant, deadline, applied }) => ({
        title: grant.title,
        deadline,
        url: grant.url,
        reason: reasonOf(applied),
      })),
      total: sorted.length,
      url: null,
    };
    const row = dispatchRow(ctx, {
      channel: "email",
      lane: "bulk",
      type: "deadline_reminder",
      userId,
      orgId: orgOf.get(userId) ?? null,
      payload,
      grantId: sorted.length === 1 ? (sorted[0]?.grant_id ?? null) : null,
      // After the last of them nobody wants to hear of it.
      expiresAt: sorted.at(-1)?.deadline ?? null,
    });
    return { row, keys: sorted.map(({ key }) => key) };
  });
}
