import { env } from "cloudflare:workers";
import type { Dispatch } from "../../src/db/schema/index.ts";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { createHarness, type Harness } from "../support/harness.ts";

/** A world at a certain time that sends through Resend. */
export const cronWorld = (now: string, vars: Record<string, string> = {}): Harness =>
  createHarness({ vars: { EMAIL_PROVIDERS: "resend", ...vars }, now: Date.parse(now), autoDrain: false });

/** One tick of the minutely cron at this time, and what follows from it. */
export async function tickAt(h: Harness, time: string): Promise<void> {
  h.clock.set(Date.parse(time));
  await h.tick();
  await h.drain();
}

/** Time passes until `until`, with a tick at every quarter of an hour: all local hours begin at one. */
export async function walk(h: Harness, until: string, { from }: { from?: string } = {}): Promise<void> {
  const start = from === undefined ? h.clock.now() : Date.parse(from);
  for (let at = start; at < Date.parse(until); at = await nextTick(at)) await tickAt(h, new Date(at).toISOString());
}

/** The next quarter of an hour at which something is due, or a day on: idle ticks are left out. */
async function nextTick(at: number): Promise<number> {
  const quarter = 15 * MINUTE;
  const next = (Math.floor(at / quarter) + 1) * quarter;
  const due = await env.DB.prepare("SELECT min(next_at) AS due FROM user_schedules").first<number | null>("due");
  const idle = Math.ceil(((due ?? Number.POSITIVE_INFINITY) - 1) / quarter) * quarter;
  // Never longer than a day, so that a schedule that is too late is noticed as late.
  return Math.max(next, Math.min(idle, at + 24 * HOUR));
}

/** The reminders that a user has got, oldest first. */
export async function mailsTo(_: Harness, userId: string): Promise<Dispatch[]> {
  const { results } = await env.DB.prepare(
    "SELECT * FROM dispatches WHERE user_id = ? AND type = 'certification_reminder' ORDER BY id",
  )
    .bind(userId)
    .all<Dispatch>();
  return results;
}
