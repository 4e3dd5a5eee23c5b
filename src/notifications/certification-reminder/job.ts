import { sql } from "drizzle-orm";
import { fromType } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { inPortions } from "../../db/portions.ts";
import { certifications, users } from "../../db/schema/index.ts";
import type { Change } from "../../directory/collection.ts";
import type { Consequences } from "../../directory/reaction.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { usedKeys, enqueueNotifications, type NewNotification } from "../../outbox/notify.ts";
import { dueStep, type Ladder, nextStepAt } from "../../schedules/ladder.ts";
import {
  type DueSchedule,
  dueSchedules,
  rescheduled,
  rescheduleNow,
  wholeUsers,
} from "../../schedules/user-schedules.ts";
import { type Certificate, reminderOf } from "./content.ts";
import { reminderKey } from "./dedupe-key.ts";
import { certificationReminder } from "./type.ts";

/** The most users in one portion, and portions in one run. */
const PORTION = 1_000;
const PORTIONS_PER_TICK = 5;

/** The most certificates that one portion reads, of all its users together. */
const MAX_ROWS = 10_000;

/** A certificate, with what decides when to remind of it. */
interface Owned extends Certificate {
  user_id: string;
  /** 0 while the owner is not in the directory: imports come in any order. */
  has_owner: number;
  org_id: string | null;
  timezone: string | null;
  known_since: number;
}

/** Makes the owners of changed certificates due now. The job then works out when to remind them. */
export function rescheduleOwners(ctx: Ctx, { rows }: Change<{ id: string; user_id: string }>): Consequences {
  const owners = JSON.stringify(rows.map((row) => row.user_id));
  const users = sql`SELECT value AS user_id FROM json_each(${owners})`;
  return { after: [rescheduleNow("certifications", users, ctx.clock.now())] };
}

/** A certificate whose reminder is due now. */
interface Owed {
  certificate: Owned;
  key: string;
}

/**
 * Reminds users of certificates some days before expiry (`CERTIFICATION_REMINDER_DAYS`, at `DIGEST_HOUR` local time): one
 * message a user. After an outage only the nearest of the missed steps is sent. A dedupe key for each step keeps overlapping
 * runs from sending it twice. Four round trips a portion; the cost grows with the users who are due.
 * @returns how many messages were queued
 */
export async function sendDueReminders(ctx: Ctx): Promise<number> {
  const { done } = await inPortions(ctx.db, PORTIONS_PER_TICK, async () => {
    const { due } = await ctx.db.read({ due: dueSchedules("certifications", ctx.clock.now(), PORTION) });
    const { queued, left } = due.length > 0 ? await remind(ctx, due) : { queued: 0, left: 0 };
    return { done: queued, isLast: due.length < PORTION && left === 0 };
  });
  return done;
}

async function remind(ctx: Ctx, due: readonly DueSchedule[]): Promise<{ queued: number; left: number }> {
  const now = ctx.clock.now();
  const userIds = due.map((schedule) => schedule.user_id);
  const { owned } = await ctx.db.read({
    owned: sql<Owned>`SELECT c.id, c.name, c.expires_at, c.known_since, c.user_id, u.id IS NOT NULL AS has_owner, u.org_id, u.timezone
      FROM ${certifications} c LEFT JOIN ${users} u ON u.id = c.user_id
      WHERE ${inJson(sql`c.user_id`, userIds)} AND c.expires_at > ${now} ORDER BY c.user_id, c.expires_at
      LIMIT ${MAX_ROWS}`,
  });
  const { rows: certificates, covers } = wholeUsers(owned, MAX_ROWS);
  const ladderOf = (certificate: Owned): Ladder => ({
    deadline: certificate.expires_at,
    steps: ctx.config.certificationReminderDays,
    zone: certificate.timezone,
    hour: ctx.config.digestHour,
  });
  const owed = certificates.flatMap((certificate): Owed[] => {
    const step = dueStep(ladderOf(certificate), now);
    // Steps before the certificate was known are not sent.
    return step === null || step.at <= certificate.known_since || certificate.has_owner === 0
      ? []
      : [{ certificate, key: reminderKey(certificate, step.step) }];
  });
  const used = await usedKeys(
    ctx,
    owed.map(({ key }) => key),
  );
  const messages = messagesFor(
    ctx,
    owed.filter(({ key }) => !used.has(key)),
  );
  const nextOf = new Map<string, number>();
  for (const certificate of certificates) {
    const next = nextStepAt(ladderOf(certificate), now);
    if (next !== null)
      nextOf.set(certificate.user_id, Math.min(next, nextOf.get(certificate.user_id) ?? next));
  }
  const covered = due.filter((schedule) => covers(schedule.user_id));
  const queued = await enqueueNotifications(ctx, messages, rescheduled("certifications", covered, nextOf));
  return { queued, left: due.length - covered.length };
}

/** One message a user. */
const messagesFor = (ctx: Ctx, owed: readonly Owed[]): NewNotification[] =>
  [...Map.groupBy(owed, ({ certificate }) => certificate.user_id)].map(([userId, own]) => ({
    row: dispatchRow(ctx, {
      ...fromType(certificationReminder, ctx.clock.now()),
      lane: "bulk",
      userId,
      orgId: own[0]?.certificate.org_id ?? null,
      payload: reminderOf(
        own.map(({ certificate }) => certificate),
        ctx.clock.now(),
      ),
    }),
    keys: own.map(({ key }) => key),
  }));
