import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { fromType } from "../../content/type.ts";
import { dedupeKeys } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { waitingFor } from "../../outbox/placeholders.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import { queuedAmong, wake } from "../../outbox/wake.ts";
import { Parsed } from "../../db/statement.ts";
import { AWAITED } from "../awaited.ts";
import type { Ready } from "../grants/awaited.ts";
import { pendingDay, pendingWeek, type Run } from "../../schedules/pending.ts";
import { rescheduled } from "../../schedules/user-schedules.ts";
import { endWaiting, rescheduleAtGivenUp } from "./awaiting.ts";
import { type SentPortion, type DueUser, forDueUsers } from "../grants/due-users.ts";
import { setMatchAndGrant } from "./notify.ts";
import { newMatch } from "./type.ts";

/**
 * Sends the matches that wait for a user's daily message (`DIGEST_HOUR` local) or weekly one (on their digest day): one
 * message a user. Matches of a user who has changed to `immediate`, or that have waited for a grant, are sent at once. So is
 * what has waited for a user or a grant by itself (`AWAITED`). Two round trips a portion.
 * @returns how many messages were queued
 */
export const sendMatchDigests = (ctx: Ctx): Promise<number> =>
  forDueUsers(
    ctx,
    { kind: "matches", type: newMatch },
    (due) => ({ ready: readAllReady(due) }),
    (due, now, { ready }) => send(ctx, due, now, ready),
  );

const readAllReady = (due: SQL): Parsed<Ready[]> =>
  Parsed.of(Object.fromEntries(AWAITED.map((one, i) => [`ready${i}`, one.readReady(due)])), (found) =>
    Object.values(found),
  );

async function send(
  ctx: Ctx,
  all: readonly DueUser[],
  now: number,
  ready: readonly Ready[],
): Promise<SentPortion> {
  // Others stay due: what was read of them goes now, the rest later.
  const due = all.filter(({ user_id }) => ready.every((one) => one.isAllOf(user_id)));
  const sendNow: DueUser[] = [];
  const nextOf = new Map<string, number>();
  const periodOf = new Map<string, string>();
  for (const user of due.filter(({ known }) => known === 1)) {
    const run = pendingRun(user, ctx.config.digestHour, now);
    if (run === null || run.at <= now) {
      sendNow.push(user);
      continue;
    }
    nextOf.set(user.user_id, run.at);
    periodOf.set(user.user_id, run.period);
  }
  const rows = sendNow.map((user) =>
    dispatchRow(ctx, {
      ...fromType(newMatch, now),
      lane: "bulk",
      userId: user.user_id,
      orgId: user.org_id,
    }),
  );
  const single = ready.map((one) => one.notify(ctx));
  const ids = rows.map((row) => row.id);
  const users = JSON.stringify(due.map(({ user_id }) => user_id));
  const { queued } = await ctx.db.write({
    single: single.flatMap(({ statements }) => statements),
    endWaiting: endWaiting(users, now),
    claim: claimWaiting(rows.map(({ id, user_id }) => ({ id, user_id }))),
    messages: insertNotifying(rows),
    references: setMatchAndGrant(sql`SELECT value FROM json_each(${JSON.stringify(ids)})`),
    rescheduled: rescheduled("matches", due, nextOf, periodOf),
    givenUp: rescheduleAtGivenUp(users),
    queued: queuedAmong([...single.flatMap((one) => one.ids), ...ids]),
  });
  await wake(ctx, queued);
  return { queued: queued.length, left: all.length - due.length };
}

/** When a user's waiting matches are sent; null for at once. */
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

/** Points the waiting dedupe keys of these users to the new messages. Of two runs at once only the first finds any. */
const claimWaiting = (messages: readonly { id: string; user_id: string }[]): SQL =>
  sql`UPDATE ${dedupeKeys} SET dispatch_id = g.value->>'id' FROM json_each(${JSON.stringify(messages)}) AS g
    WHERE ${dedupeKeys}.dispatch_id = ${waitingFor(sql`g.value->>'user_id'`)}`;
