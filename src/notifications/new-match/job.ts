import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { dedupeKeys } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { waitingFor } from "../../outbox/dedupe-keys.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { queuedAmong, type ToWake, wake } from "../../outbox/wake.ts";
import { MOST_PAUSES, type ReadyPause, readyPauses, notifyOfReadyPauses } from "../pause/waiting.ts";
import { pendingDay, pendingWeek, type Run } from "../../schedules/pending.ts";
import { rescheduled } from "../../schedules/user-schedules.ts";
import { aboutOne } from "../grants/about-one.ts";
import { endWaiting, rescheduleAtGivenUp } from "../grants/awaiting.ts";
import { type Dealt, type DueUser, forDueUsers, lookedAt } from "../grants/due-users.ts";
import {
  MOST_STATUSES,
  type ReadyStatus,
  readyStatuses,
  notifyOfReadyStatuses,
} from "../application-status/waiting.ts";

/**
 * Sends the matches that wait for a user's daily message (`DIGEST_HOUR` local) or weekly one (on their digest day): one
 * message a user. Who has gone over to `immediate` gets them now, and so does who waited for a grant to be known here.
 * Applications' statuses and mentors' pauses that have waited for a user or a grant go at once. Two round trips a portion.
 * @returns how many messages were queued
 */
export const sendMatchDigests = (ctx: Ctx): Promise<number> =>
  forDueUsers(
    ctx,
    "matches",
    (due, now, [statuses = [], pauses = []]) =>
      send(ctx, due, now, { statuses: statuses as ReadyStatus[], pauses: pauses as ReadyPause[] }),
    (due) => [readyStatuses(due), readyPauses(due)],
  );

async function send(
  ctx: Ctx,
  all: readonly DueUser[],
  now: number,
  ready: { statuses: readonly ReadyStatus[]; pauses: readonly ReadyPause[] },
): Promise<Dealt> {
  const due = lookedAt(lookedAt(all, ready.statuses, MOST_STATUSES), ready.pauses, MOST_PAUSES);
  const going: DueUser[] = [];
  const nextOf = new Map<string, number>();
  const periodOf = new Map<string, string>();
  for (const user of due.filter(({ known }) => known === 1)) {
    const run = pendingRun(user, ctx.config.digestHour, now);
    if (run === null || run.at <= now) {
      going.push(user);
      continue;
    }
    nextOf.set(user.user_id, run.at);
    periodOf.set(user.user_id, run.period);
  }
  const rows = going.map((user) =>
    dispatchRow(ctx, {
      channel: "email",
      lane: "bulk",
      type: "new_match",
      userId: user.user_id,
      orgId: user.org_id,
    }),
  );
  const notifying = [notifyOfReadyStatuses(ctx, ready.statuses), notifyOfReadyPauses(ctx, ready.pauses)];
  const ids = rows.map((row) => row.id);
  const users = JSON.stringify(due.map(({ user_id }) => user_id));
  const results = await ctx.db.writeList([
    ...notifying.flatMap(({ statements }) => statements),
    ...endWaiting(users, now),
    goWith(rows.map(({ id, user_id }) => ({ id, user_id }))),
    ...insertNotifying(rows),
    aboutOne(sql`SELECT value FROM json_each(${JSON.stringify(ids)})`),
    ...rescheduled("matches", due, nextOf, periodOf),
    rescheduleAtGivenUp(users),
    queuedAmong([...notifying.flatMap((one) => one.ids), ...ids]),
  ]);
  const queued = results.at(-1) as ToWake[];
  await wake(ctx, queued);
  return { queued: queued.length, left: all.length - due.length };
}

/** When a user's waiting matches go; null for at once. */
function pendingRun(
  { frequency, timezone, digest_day, period, next_at }: DueUser,
  hour: number,
  now: number,
): Run | null {
  switch (frequency) {
    case "immediate":
      return null;
    case "daily":
      return pendingDay({ zone: timezone, hour }, period, next_at, now);
    case "weekly":
      return pendingWeek({ zone: timezone, hour, weekday: digest_day }, period, next_at);
  }
}

/** Points what waits for these users to their messages. Another tick that came first leaves nothing waiting. */
const goWith = (messages: readonly { id: string; user_id: string }[]): SQL =>
  sql`UPDATE ${dedupeKeys} SET dispatch_id = g.value->>'id' FROM json_each(${JSON.stringify(messages)}) AS g
    WHERE ${dedupeKeys}.dispatch_id = ${waitingFor(sql`g.value->>'user_id'`)}`;
