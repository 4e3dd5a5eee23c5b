import { env } from "cloudflare:workers";
import type { Dispatch } from "../../../src/db/schema/index.ts";
import type { WindowKind } from "../../../src/schedules/windows.ts";
import type { Subscription } from "../../../src/notifications/stats-summary/read.ts";
import {
  type Answer,
  createHarness,
  type Harness,
  mint,
  type RequestOptions,
} from "../../support/harness.ts";
import { givenUser } from "../../support/world.ts";

export const BASE = "/api/v1/stats-notifications";

interface Member {
  timezone?: string | null;
  org?: string;
  devices?: number;
  email?: string;
}

/** A user in `timezone`, without a device unless `devices` says so. Returns the id. */
export async function givenMember(
  h: Harness,
  { timezone = null, devices = 0, ...more }: Member = {},
): Promise<string> {
  const { id } = await givenUser(h, { devices, ...more });
  await env.DB.prepare("UPDATE users SET timezone = ? WHERE id = ?").bind(timezone, id).run();
  return id;
}

interface Did {
  at: string | number;
  hours?: number;
  status?: "planned" | "completed" | "cancelled";
  id?: string;
}

const itemOf = (user: string, { at, hours = 1, status = "completed", id = mint("act") }: Did) => ({
  id,
  user_id: user,
  status,
  hours,
  occurred_at: new Date(at).toISOString(),
});

/** What a user did or plans, through the directory. */
export async function givenActivities(h: Harness, user: string, ...did: Did[]): Promise<string[]> {
  const items = did.map((one) => itemOf(user, one));
  const answer = await h.request("POST", "/api/v1/directory/activities", { body: { items } });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return items.map((item) => item.id);
}

/** Many activities at once, straight into the table: half an hour each, `eachMs` apart from `from` on. */
export async function givenMany(user: string, count: number, from: number, eachMs = 60_000): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 WHERE ?1 > 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
     INSERT INTO activities (id, user_id, status, minutes, occurred_at)
     SELECT ?2 || ':' || i, ?2, 'completed', 30, ?3 + i * ?4 FROM n`,
  )
    .bind(count, user, from, eachMs)
    .run();
}

export const subscribe = (
  h: Harness,
  user_id: string,
  time_window: WindowKind,
  options: RequestOptions = {},
): Promise<Answer> => h.request("POST", BASE, { body: { user_id, time_window }, ...options });

/** The id of a new subscription. */
export async function givenSubscription(h: Harness, user: string, window: WindowKind): Promise<string> {
  const { status, body } = await subscribe(h, user, window);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.notification_id;
}

export const read = (h: Harness, id: string, options: RequestOptions = {}): Promise<Answer> =>
  h.request("GET", `${BASE}/${id}`, options);

export const refresh = (h: Harness, id: string, options: RequestOptions = {}): Promise<Answer> =>
  h.request("POST", `${BASE}/${id}/refresh`, options);

/** `[total_activities, completed_activities, hours_logged]` of an answer. */
export const sums = ({ body: { snapshot } }: Answer): unknown[] => [
  snapshot.total_activities,
  snapshot.completed_activities,
  snapshot.hours_logged,
];

/** A user's subscriptions as they are stored. */
export async function rowsOf(user: string): Promise<Subscription[]> {
  const { results } = await env.DB.prepare("SELECT * FROM stats_subscriptions WHERE user_id = ? ORDER BY id")
    .bind(user)
    .all<Subscription>();
  return results;
}

/** The dispatches of a user's summaries, in order. */
export async function summariesTo(user: string): Promise<Dispatch[]> {
  const { results } = await env.DB.prepare(
    "SELECT * FROM dispatches WHERE user_id = ? AND type = 'stats_summary' ORDER BY id",
  )
    .bind(user)
    .all<Dispatch>();
  return results;
}

/** The windows whose summaries a user got by push. */
export const periodsSent = async (user: string): Promise<string[]> =>
  (await summariesTo(user))
    .filter(({ channel }) => channel === "push")
    .map(({ data }) => {
      const { period }: { period: string } = JSON.parse(data ?? "{}");
      return period;
    });

/** Moves the clock to a time in UTC, such as `2026-03-30T08:00`, and lets the cron tick and the queues run empty. */
export async function tickAt(h: Harness, time: string): Promise<void> {
  h.clock.set(Date.parse(`${time}:00Z`));
  await h.tick();
  await h.drain();
}

/** The plan of each statement since the meter's last reset, by its text. */
export async function plansOf(h: Harness): Promise<{ sql: string; plan: string[] }[]> {
  const seen = new Map(h.meter.statements.map(({ sql, params }) => [sql, params]));
  return Promise.all(
    [...seen].map(async ([sql, params]) => {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...params)
        .all<{ detail: string }>();
      return { sql, plan: results.map(({ detail }) => detail) };
    }),
  );
}

/** A harness at a time in UTC, such as `2026-03-26T08:00`. */
export const harnessAt = (time: string): Harness => createHarness({ now: Date.parse(`${time}:00Z`) });

/** A Thursday of ISO week 13; the week ends on Sunday the 29th, when Oslo's clocks go forward. */
export const onThursday = (): Harness => harnessAt("2026-03-26T08:00");

/** A member in Oslo with a phone and a subscription to weekly summaries. */
export async function givenFollower(h: Harness, { devices = 1, email = `${mint("e")}@example.com` } = {}) {
  const user = await givenMember(h, { timezone: "Europe/Oslo", devices, email });
  return { user, email, id: await givenSubscription(h, user, "weekly") };
}

/** The jobs read all subscriptions: a test that counts their calls starts without any. */
export const noSubscriptions = async (): Promise<void> => {
  await env.DB.prepare("DELETE FROM stats_subscriptions").run();
};
