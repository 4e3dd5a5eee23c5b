import { env } from "cloudflare:workers";
import type { Dispatch } from "../../../src/db/schema/index.ts";
import { JOBS, runJob } from "../../../src/jobs/index.ts";
import { MINUTE } from "../../../src/lib/clock.ts";
import { createHarness, type Harness } from "../../support/harness.ts";

/** A world at a certain time that sends through Resend. */
export const cronWorld = (now: string, vars: Record<string, string> = {}): Harness =>
  createHarness({ vars: { EMAIL_PROVIDERS: "resend", ...vars }, now: Date.parse(now), autoDrain: false });

const REMINDERS = (JOBS["* * * * *"] ?? []).find(({ name }) => name === "certification_reminders");

/** The job of the minutely cron that sends due reminders, at this time, and what follows from it. */
export async function tickAt(h: Harness, time: string | number): Promise<void> {
  if (REMINDERS === undefined) throw new Error("No cron runs the reminders");
  h.clock.set(typeof time === "string" ? Date.parse(time) : time);
  await runJob(h.deps.open("first-primary"), h.deps, REMINDERS);
  await h.drain();
}

/** Time passes until `until`, with a tick at each quarter of an hour at which one has something to do. */
export async function walk(h: Harness, until: string, { from }: { from?: string } = {}): Promise<void> {
  const end = Date.parse(until);
  for (let at = from === undefined ? h.clock.now() : Date.parse(from); at < end; at = await nextTick(at))
    await tickAt(h, at);
  h.clock.set(end);
}

const QUARTER = 15 * MINUTE;

async function nextTick(after: number): Promise<number> {
  const due = await env.DB.prepare("SELECT min(next_at) AS due FROM user_schedules").first<number | null>(
    "due",
  );
  const next = Math.max(due ?? Number.POSITIVE_INFINITY, after + 1);
  return Math.ceil(next / QUARTER) * QUARTER;
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
