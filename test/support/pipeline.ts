import { env } from "cloudflare:workers";
import { z } from "zod";
import type { Dispatch, QueueName } from "../../src/db/schema/index.ts";
import { dispatchRow, insertDispatches, type NewDispatch } from "../../src/outbox/create.ts";
import { sweep } from "../../src/delivery/sweep.ts";
import { followUnreached } from "../../src/delivery/unreached.ts";
import { MINUTE } from "../../src/lib/clock.ts";
import { type Answer, createBatch } from "./fake-queue.ts";
import { createHarness, type Harness, mint } from "./harness.ts";

/** A row of `deliveries`. */
export interface DeliveryRow {
  dispatch_id: string;
  device_id: number;
  status: string;
  provider: string;
  ticket_id: string | null;
  error: string | null;
  receipt_due_at: number | null;
}

/** The sweep and the jobs look at everybody's rows: a test of them starts from empty tables. */
export async function emptyTables(): Promise<void> {
  const tables = [
    ...["deliveries", "dispatches", "occasions", "device_tokens", "users", "idempotency_keys", "orgs"],
    ...["certifications", "user_schedules", "preferences", "optouts", "suppressions", "audit_log"],
    ...["erased_users", "org_settings", "chat_connections", "job_progress"],
  ];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

/** A harness whose queues are handled only when the test says so. */
export const createWorld = (vars: Record<string, string> = {}): Harness =>
  createHarness({ vars, autoDrain: false });

/** Many users at once, with `devices` devices each. */
export async function givenUsers(h: Harness, count: number, devices = 1) {
  const now = h.clock.now();
  const users = Array.from({ length: count }, () => mint("usr"));
  const owned = users.flatMap((user) =>
    Array.from({ length: devices }, (_, i) => ({ user, token: `ExponentPushToken[${user}-${i}]` })),
  );
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (id, email_verified, created_at, updated_at) SELECT value, 1, ?1, ?1 FROM json_each(?2)`,
    ).bind(now, JSON.stringify(users)),
    env.DB.prepare(
      `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at)
       SELECT value->>'token', value->>'user', 'expo', 'ios', ?1, ?1 FROM json_each(?2)`,
    ).bind(now, JSON.stringify(owned)),
  ]);
  return { users, tokens: owned.map(({ token }) => token) };
}

/** `count` users with `devices` devices each, and a push for each of them in the outbox, not woken yet. */
export async function givenPushes(
  h: Harness,
  count = 1,
  { devices = 1, ...more }: { devices?: number } & Partial<NewDispatch> = {},
): Promise<{ ids: string[]; tokens: string[]; users: string[] }> {
  const { users, tokens } = await givenUsers(h, count, devices);
  return { ids: await givenDispatches(h, users, more), tokens, users };
}

/** A push in the outbox for each of `userIds`. They have their slot, unless `slotTaken` says otherwise. */
export async function givenDispatches(
  h: Harness,
  userIds: readonly string[],
  more: Partial<NewDispatch> = {},
): Promise<string[]> {
  const rows = userIds.map((userId) =>
    dispatchRow(h.ctx, {
      channel: "push",
      lane: "push",
      type: "push",
      orgId: null,
      title: "Time to log your run!",
      body: "Three days.",
      slotTaken: true,
      ...more,
      userId,
    }),
  );
  await h.ctx.db.write({ rows: insertDispatches(rows) });
  return rows.map((row) => row.id);
}

/** The body of a wake-up call. */
export const wakeUp = (ids: readonly string[]) => ({ v: 1, channel: "push", ids });

/** A batch of messages with these bodies, and how to learn what the consumer said of each. */
export function batchOf(bodies: readonly unknown[], queue = "tidings-push", attempts = 1) {
  const messages = bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts, body }));
  const { batch, answerOf } = createBatch(queue, messages);
  return { batch, answers: () => messages.map(({ id }) => answerOf(id)) };
}

/** Hands these messages to the consumer in one batch. */
export async function consumeAll(h: Harness, bodies: readonly unknown[], queue?: string): Promise<Answer[]> {
  const { batch, answers } = batchOf(bodies, queue);
  await h.consume(batch);
  return answers();
}

/** Hands the consumer one wake-up call with these ids. */
export const deliverNow = (h: Harness, ids: readonly string[]): Promise<Answer[]> =>
  consumeAll(h, [wakeUp(ids)]);

/** Dispatches as they are now, in the order of `ids`. */
export async function dispatchesOf(ids: readonly string[]): Promise<Dispatch[]> {
  const { results } = await env.DB.prepare(
    "SELECT d.* FROM json_each(?) AS j JOIN dispatches AS d ON d.id = j.value ORDER BY j.key",
  )
    .bind(JSON.stringify(ids))
    .all<Dispatch>();
  return results;
}

/** A dispatch as it is now. */
export async function dispatchOf(id: string): Promise<Dispatch> {
  const [dispatch] = await dispatchesOf([id]);
  if (dispatch === undefined) throw new Error(`There is no dispatch ${id}`);
  return dispatch;
}

/** A dispatch's deliveries, in the order in which their devices were registered. */
export async function deliveriesOf(id: string): Promise<DeliveryRow[]> {
  const { results } = await env.DB.prepare(
    "SELECT * FROM deliveries WHERE dispatch_id = ? ORDER BY device_id",
  )
    .bind(id)
    .all<DeliveryRow>();
  return results;
}

/** How often each of these dispatches was given to Expo, for any device. */
export const timesGiven = (h: Harness, ids: readonly string[]): number[] =>
  ids.map((id) => h.expo.accepted.filter((push) => push.collapseId === id).length);

const withIds = z.object({ ids: z.array(z.string()) });

/** The ids of the wake-up calls that wait, a list for each message. */
export const wokenIds = (h: Harness): string[][] =>
  h.queues.waiting.map(({ body }) => withIds.parse(body).ids);

/** How many messages wait on a queue, and for how long (seconds), soonest first. */
export const waits = (h: Harness, lane: QueueName): number[] =>
  h.queues.waiting
    .filter((message) => message.lane === lane)
    .map((message) => (message.at - h.clock.now()) / 1_000)
    .toSorted((a, b) => a - b);

/** Lets `minutes` pass, with a sweep and a look at the chains at each, and the queues handled from one message to the next. */
export async function live(h: Harness, minutes: number): Promise<void> {
  const end = h.clock.now() + minutes * MINUTE;
  while (h.clock.now() < end) {
    // As the job's runner does it: a sweep that fails is not the end of the world.
    await sweep(h.deps.open("first-primary")).catch(() => {});
    await followUnreached(h.deps.open("first-primary")).catch(() => {});
    await h.drain();
    const next = h.clock.now() + MINUTE;
    for (;;) {
      const at = Math.min(...h.queues.waiting.map((message) => message.at));
      if (at > next) break;
      h.clock.set(Math.max(at, h.clock.now()));
      await h.drain();
    }
    h.clock.set(Math.min(end, Math.max(next, await nextEvent(h, next))));
  }
}

/** The last whole minute from `now` on before anything happens: idle hours cost a test nothing. */
async function nextEvent(h: Harness, now: number): Promise<number> {
  if (h.queues.waiting.length > 0) return now;
  const next = await env.DB.prepare(
    "SELECT min(at) AS at FROM (SELECT min(wake_at) AS at FROM dispatches UNION ALL SELECT min(follow_at) FROM dispatches)",
  ).first<number>("at");
  const idle = next === null ? Infinity : next - MINUTE - now;
  return now + Math.max(0, Math.floor(idle / MINUTE)) * MINUTE;
}

const logLine = z.looseObject({ level: z.string(), event: z.string() });

/** What was logged. */
export const linesOf = (h: Harness) => h.logged.map((line) => logLine.parse(JSON.parse(line)));

/** Errors that were logged, by event. */
export const errorsOf = (h: Harness): string[] =>
  linesOf(h)
    .filter(({ level }) => level === "error")
    .map(({ event }) => event);
