import { setTimeout as sleep } from "node:timers/promises";
import { RESEND_KEY } from "../../support/sandbox/resend.ts";
import { compare, type Row } from "./report.ts";
import { type Sandboxes, startSandboxes } from "./sandboxes.ts";
import { type Subject, withSubjects } from "./start.ts";
import { fill, fillUsers, ID } from "./world.ts";

/** What is drained, from queued to sent. */
export interface Amount {
  /** Of each channel, in all. */
  messages: number;
  /** The number of portions. Tidings and the bare Worker each drain every portion once. */
  rounds: number;
}

const CHANNELS = ["push", "email"] as const;
type Channel = (typeof CHANNELS)[number];

const QUEUES = { push: "PUSH_QUEUE", email: "EMAIL_QUEUE" } as const;

/** How many milliseconds before now the first is made, so that no two have the same id. */
const AGES = { push: 2_000_000, email: 1_000_000 } as const;

/** Ids in one wake-up call, as Tidings sends them. */
const IDS = 100;

/** A portion that takes longer is given up. */
const PATIENCE_MS = 300_000;

const varsOf = ({ expo, resend }: Sandboxes) => ({
  BENCH_CONSUMES: "yes",
  PUSH_PROVIDERS: "expo",
  EXPO_BASE_URL: expo,
  EMAIL_PROVIDERS: "resend",
  RESEND_BASE_URL: resend,
  RESEND_API_KEY: RESEND_KEY,
  EMAIL_FROM: "Tidings <notifications@tidings.example>",
});

/** Queued dispatches `from` to `to`, one for each user, and their ids. They were due before `now`. */
async function queue({ db }: Subject, channel: Channel, from: number, to: number, now: number) {
  const type = channel === "push" ? "push" : "certification_reminder";
  const payload = channel === "push" ? "NULL" : `'${JSON.stringify(REMINDER)}'`;
  await fill(
    db,
    `, m AS (SELECT i, CAST(?1 AS INTEGER) - ${AGES[channel]} + i AS t FROM n)
     INSERT INTO dispatches (id, channel, lane, type, user_id, status, title, body, data, payload, targets, delivered_count,
       failed_count, attempts, claims, due_at, wake_at, created_at, updated_at)
     SELECT ${ID}, '${channel}', '${channel}', '${type}', 'usr_' || i, 'queued', 'Three new grants', 'Three new grants match.',
       '{"screen":"grants"}', ${payload}, 0, 0, 0, 0, 0, t, CAST(?1 AS INTEGER) + 3600000, t, t
     FROM m`,
    from,
    to,
    now,
  );
  const { results } = await db
    .prepare("SELECT id FROM dispatches WHERE channel = ? AND wake_at IS NOT NULL ORDER BY id")
    .bind(channel)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

const REMINDER = {
  type: "certification_reminder",
  certifications: [{ name: "First aid", expires_at: 1_900_000_000_000 }],
};

/** Wakes these ids and waits until the channel has nothing left to do. @returns seconds */
async function drain({ mf, db }: Subject, channel: Channel, ids: readonly string[]): Promise<number> {
  const producer = await mf.getQueueProducer(QUEUES[channel]);
  const messages = Array.from({ length: Math.ceil(ids.length / IDS) }, (_, i) => ({
    body: { v: 1, channel, ids: ids.slice(i * IDS, (i + 1) * IDS) },
  }));
  const open = db
    .prepare("SELECT 1 FROM dispatches WHERE channel = ? AND wake_at IS NOT NULL LIMIT 1")
    .bind(channel);
  const start = performance.now();
  await producer.sendBatch(messages);
  while ((await open.first()) !== null) {
    if (performance.now() - start > PATIENCE_MS)
      throw new Error(`The ${channel} queue was not drained in time.`);
    await sleep(100);
  }
  return (performance.now() - start) / 1_000;
}

/** Records the D1 statements and provider requests of Tidings in a round of a hundred, for the bare Worker. */
async function record(vars: Record<string, string>, now: number): Promise<string> {
  return withSubjects(async (begin) => {
    const recorder = await begin("recorder", vars);
    await fillUsers(recorder.db, now, IDS);
    const traces: Record<string, unknown> = {};
    const look = async () => (await fetch(`${recorder.origin}/__trace`)).json();
    for (const channel of CHANNELS) {
      await look();
      await drain(recorder, channel, await queue(recorder, channel, 0, IDS, now));
      traces[`drain ${channel}`] = { calls: await look(), known: {} };
    }
    return JSON.stringify(traces);
  });
}

/** One portion by one Worker. */
interface Drained {
  perSecond: number;
  /** Milliseconds of CPU a message; null where that cannot be seen. */
  cpuMs: number | null;
}

async function portion(
  subject: Subject,
  channel: Channel,
  from: number,
  to: number,
  now: number,
): Promise<Drained> {
  const ids = await queue(subject, channel, from, to, now);
  const before = subject.cpuMs();
  const seconds = await drain(subject, channel, ids);
  const after = subject.cpuMs();
  const cpuMs = before === null || after === null ? null : (after - before) / ids.length;
  return { perSecond: ids.length / seconds, cpuMs };
}

/** A Worker that drains, and its name in the table. */
interface Side {
  subject: Subject;
  drained: Drained[];
}

/** Drains one channel, each side in turn. Every message goes to another user, whose limiter is new. */
async function alternate(
  sides: readonly Side[],
  channel: Channel,
  amount: Amount,
  now: number,
): Promise<void> {
  const size = Math.ceil(amount.messages / amount.rounds);
  for (let from = 0; from < amount.messages; from += size)
    for (const { subject, drained } of sides)
      drained.push(await portion(subject, channel, from, Math.min(amount.messages, from + size), now));
}

/**
 * Pushes and e-mails from queued to sent: by Tidings, by Tidings without limiters and gates, and by the bare Worker. Every
 * message goes to another user.
 */
export async function benchDrain(amount: Amount): Promise<Row[]> {
  const sandboxes = await startSandboxes();
  try {
    const vars = varsOf(sandboxes);
    const now = Date.now();
    const TRACES = await record(vars, now);
    return await withSubjects(async (begin) => {
      const subjects = [
        await begin("tidings", vars),
        await begin("tidings", { ...vars, BENCH_LIMITS: "none" }),
        await begin("bare", { ...vars, TRACES }),
      ];
      for (const { db } of subjects) await fillUsers(db, now, amount.messages);
      const rows: Row[] = [];
      for (const channel of CHANNELS) {
        const sides = subjects.map((subject): Side => ({ subject, drained: [] }));
        await alternate(sides, channel, amount, now);
        const [ours = [], unlimited = [], bare = []] = sides.map(({ drained }) => drained);
        const name = `drain of ${amount.messages} ${channel === "push" ? "pushes" : "e-mails"}`;
        rows.push(rowOf(name, ours, bare), rowOf(`${name}, no limits`, unlimited, bare));
      }
      return rows;
    });
  } finally {
    await sandboxes.stop();
  }
}

const rowOf = (what: string, ours: readonly Drained[], bare: readonly Drained[]): Row =>
  compare(what, ours, bare, null);
