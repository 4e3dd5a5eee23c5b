import { env } from "cloudflare:workers";
import type { Dispatch } from "../../../src/db/schema/index.ts";
import { sendDeadlineReminders } from "../../../src/notifications/deadline-reminder/job.ts";
import { sendMatchDigests } from "../../../src/notifications/new-match/job.ts";
import { sendWeeklyDigests } from "../../../src/notifications/weekly-digest/job.ts";
import { DAY, MINUTE } from "../../../src/lib/clock.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import type { AcceptedEmail } from "../../support/sandbox/steer.ts";

const DIRECTORY = "/api/v1/directory";

/** A Thursday. */
export const NOW = Date.UTC(2026, 2, 26, 12, 0, 0);

/** A world that sends by Resend, whose queues are handled only when the test says so. */
export const createDigestWorld = (now: number | string = NOW, vars: Record<string, string> = {}): Harness =>
  createHarness({
    vars: { EMAIL_PROVIDERS: "resend", ...vars },
    now: typeof now === "string" ? at(now) : now,
    autoDrain: false,
  });

/** `2026-03-30T08:00` in UTC as epoch ms. */
export const at = (time: string): number => Date.parse(`${time}:00Z`);

const accepted = async (answer: Promise<{ status: number; body: unknown }>): Promise<void> => {
  const { status, body } = await answer;
  if (status !== 200 && status !== 201) throw new Error(JSON.stringify(body));
};

/** Puts a grant; its deadline is a time in UTC such as `2026-04-30T15:00`. Returns its id. */
export async function givenGrant(
  h: Harness,
  { id = mint("grant"), title = "Clean Energy Fund", url = null, deadline = null }: Partial<Grant> = {},
): Promise<string> {
  const body = { title, url, deadline: deadline === null ? null : `${deadline}:00Z` };
  await accepted(h.request("PUT", `${DIRECTORY}/grants/${id}`, { body }));
  return id;
}

interface Grant {
  id: string;
  title: string;
  url: string | null;
  deadline: string | null;
}

/** Puts a match. Returns its id. */
export async function givenMatch(
  h: Harness,
  user_id: string,
  grant_id: string,
  score = 90,
  id = mint("match"),
  query = "",
): Promise<string> {
  const body = { user_id, grant_id, score };
  await accepted(h.request("PUT", `${DIRECTORY}/matches/${id}${query}`, { body }));
  return id;
}

/** Puts an application. Returns its id. */
export async function givenApplication(
  h: Harness,
  user_id: string,
  grant_id: string,
  status = "submitted",
  id = mint("app"),
  query = "",
): Promise<string> {
  const body = { user_id, grant_id, status };
  await accepted(h.request("PUT", `${DIRECTORY}/applications/${id}${query}`, { body }));
  return id;
}

/** Imports items of a collection. */
export const given = (h: Harness, collection: string, items: readonly object[], query = ""): Promise<void> =>
  accepted(h.request("POST", `${DIRECTORY}/${collection}${query}`, { body: { items } }));

export const remove = (h: Harness, collection: string, id: string): Promise<void> =>
  accepted(h.request("DELETE", `${DIRECTORY}/${collection}/${id}`));

/** Changes a user's preferences with the user's own token. */
export const prefer = (h: Harness, sub: string, body: object): Promise<void> =>
  accepted(h.request("PATCH", "/api/v1/notifications/preferences", { as: { role: "user", sub }, body }));

/** Moves a user to another time zone. */
export async function move(h: Harness, id: string, timezone: string): Promise<void> {
  const { body }: { body: Record<string, unknown> } = await h.request("GET", `${DIRECTORY}/users/${id}`);
  const { id: _, created_at, updated_at, ...facts } = body;
  await accepted(h.request("PUT", `${DIRECTORY}/users/${id}`, { body: { ...facts, timezone } }));
}

/** Moves the clock on to a time in UTC, such as `2026-03-30T08:00`, lets the cron tick, and the queues run empty. */
export async function tickAt(h: Harness, time: string | number): Promise<void> {
  h.clock.set(typeof time === "number" ? time : at(time));
  await h.tick();
  await h.drain();
}

/** One tick of the jobs that this folder is about, and what follows from it. */
async function tickDigests(h: Harness): Promise<void> {
  await sendDeadlineReminders(h.ctx);
  await sendMatchDigests(h.ctx);
  await sendWeeklyDigests(h.ctx);
  await h.drain();
}

/**
 * Lets time pass until `end`: from one minute at which a schedule or a message is due to the next, and through each
 * midnight in UTC, so that idle time costs nothing.
 */
export async function liveUntil(h: Harness, end: string): Promise<void> {
  const last = at(end);
  for (;;) {
    await tickDigests(h);
    const now = h.clock.now();
    const [due] = await rows<{ at: number | null }>(
      "SELECT min(next_at) AS at FROM user_schedules WHERE next_at > ?",
      now,
    );
    const waking = h.queues.waiting.map((message) => message.at).filter((time) => time > now);
    const midnight = (Math.floor(now / DAY) + 1) * DAY;
    const next = Math.ceil(Math.min(due?.at ?? midnight, midnight, ...waking) / MINUTE) * MINUTE;
    if (next > last) break;
    h.clock.set(next);
  }
  h.clock.set(Math.max(last, h.clock.now()));
  await tickDigests(h);
}

/** A user's dispatches of a type, in order. */
export async function messagesTo(userId: string, type: string): Promise<Dispatch[]> {
  const { results } = await env.DB.prepare(
    "SELECT * FROM dispatches WHERE user_id = ? AND channel = 'email' AND type = ? ORDER BY id",
  )
    .bind(userId, type)
    .all<Dispatch>();
  return results;
}

/** When messages of a type were made for a user: minutes in UTC. */
export const timesSent = async (userId: string, type: string): Promise<string[]> =>
  (await messagesTo(userId, type)).map(({ created_at }) => new Date(created_at).toISOString().slice(0, 16));

/** The e-mails that Resend has taken for a user. */
export const mailsTo = (h: Harness, userId: string): AcceptedEmail[] =>
  h.resend.accepted.filter(({ to }) => to.includes(`${userId}@`));

/** Rows of a query. */
export async function rows<T = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<T[]> {
  const { results } = await env.DB.prepare(sql)
    .bind(...values)
    .all<T>();
  return results;
}

/** When a user is due next, by kind of schedule. */
export const schedulesOf = async (userId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await rows<{ kind: string; next_at: number; period: string | null }>(
        "SELECT kind, next_at, period FROM user_schedules WHERE user_id = ? ORDER BY kind",
        userId,
      )
    ).map(({ kind, next_at, period }) => [
      kind,
      `${new Date(next_at).toISOString().slice(0, 16)}${period === null ? "" : ` ${period}`}`,
    ]),
  );
