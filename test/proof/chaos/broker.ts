import { z } from "zod";
import type { ChaosClock } from "./clock.ts";
import type { QueueWeather } from "./faults.ts";
import type { Killer } from "./killer.ts";
import type { Random } from "./random.ts";

const QUEUES = {
  push: "tidings-push",
  email: "tidings-email",
  bulk: "tidings-bulk",
  hooks: "tidings-hooks",
  dead: "tidings-dead-letters",
} as const;

export const queueName = z.enum(["push", "email", "bulk", "hooks", "dead"]) satisfies z.ZodType<
  keyof typeof QUEUES
>;
export type QueueName = z.infer<typeof queueName>;

/** As in wrangler.toml. */
const MAX_BATCH = 100;
const MAX_RETRIES = 100;
const MAX_RETRIES_OF_DEAD_LETTERS = 100;
const MAX_CONCURRENCY = 5;

/** A message of the service, as far as it matters here. Unknown fields are kept. */
const body = z.looseObject({
  ids: z.array(z.string()).optional(),
  settle: z.looseObject({ verdicts: z.array(z.looseObject({ id: z.string() })) }).optional(),
});
type Body = z.infer<typeof body>;

export const message = z.object({ body, delaySeconds: z.number() });

interface Message {
  id: string;
  queue: QueueName;
  body: Body;
  /** Epoch ms. */
  at: number;
  attempts: number;
}

/** A batch during which the process was killed. Times are of this machine, epoch ms. */
export interface Interrupted {
  ids: ReadonlySet<string>;
  from: number;
  /** When the next process was running: requests that were already sent may arrive until then. */
  until: number;
  /** What the database had as accepted by then: `dispatch device`. */
  settled: ReadonlySet<string>;
}

/** Calls a consumer with a batch. Answers its decision for each message; null when it was killed. */
export type Hand = (batch: {
  queue: string;
  messages: object[];
}) => Promise<("ack" | number | null)[] | null>;

/** Queues outside of the service, like Cloudflare's: they outlive its process, and use its clock. */
export interface Broker {
  /** Takes the messages of a `sendBatch`. False when the queue is unavailable. */
  put(queue: QueueName, messages: readonly z.infer<typeof message>[]): boolean;
  weather: QueueWeather;
  /** Gives what is due to consumers, as many as may run at once. */
  pump(): void;
  /** Whether nothing is due and no consumer runs. */
  isIdle(): boolean;
  killed: Interrupted[];
  /** When a consumer was given each dispatch: times of this machine, epoch ms. */
  given: ReadonlyMap<string, readonly number[]>;
  counts: Record<
    "sent" | "lost" | "repeated" | "refused" | "batches" | "redelivered" | "dead" | "buried",
    number
  >;
  /** Errors that consumers threw. They must never throw. */
  thrown: string[];
}

export const CALM: QueueWeather = { lose: 0, repeat: 0, away: 0 };

const idsOf = ({ ids, settle }: Body): string[] => ids ?? settle?.verdicts.map(({ id }) => id) ?? [];

export function createBroker(
  { clock, random, killer }: { clock: ChaosClock; random: Random; killer: Killer },
  hand: Hand,
): Broker {
  let serial = 0;
  let waiting: Message[] = [];
  const active: Record<QueueName, number> = { push: 0, email: 0, bulk: 0, hooks: 0, dead: 0 };
  const counts: Broker["counts"] = {
    ...{ sent: 0, lost: 0, repeated: 0, refused: 0, batches: 0, redelivered: 0, dead: 0, buried: 0 },
  };
  const given = new Map<string, number[]>();
  const add = (queue: QueueName, body: Body, at: number, attempts = 1) =>
    void waiting.push({ id: `m${serial++}`, queue, body, at, attempts });

  function again(message: Message, delaySeconds: number): void {
    const { queue, body, attempts } = message;
    counts.redelivered++;
    if (queue === "dead" && attempts > MAX_RETRIES_OF_DEAD_LETTERS) counts.buried++;
    else if (queue !== "dead" && attempts > MAX_RETRIES) {
      counts.dead++;
      add("dead", body, clock.now());
    } else add(queue, body, clock.now() + delaySeconds * 1_000, attempts + 1);
  }

  function take(queue: QueueName): Message[] {
    const now = clock.now();
    const due = waiting.filter((message) => message.queue === queue && message.at <= now).slice(0, MAX_BATCH);
    const taken = new Set(due);
    if (due.length > 0) waiting = waiting.filter((message) => !taken.has(message));
    return due;
  }

  async function deliver(queue: QueueName, messages: Message[]): Promise<void> {
    const ids = new Set(messages.flatMap(({ body }) => idsOf(body)));
    const from = Date.now();
    for (const id of ids) given.set(id, [...(given.get(id) ?? []), from]);
    counts.batches++;
    const timestamp = clock.now();
    const answer = hand({
      queue: QUEUES[queue],
      messages: messages.map(({ id, body, attempts }) => ({ id, body, attempts, timestamp })),
    });
    void killer.reach("message");
    const answers = await answer.catch((error: unknown) => {
      broker.thrown.push(String(error));
      return [];
    });
    if (answers === null) {
      broker.killed.push({ ids, from, until: Number.POSITIVE_INFINITY, settled: new Set() });
    }
    messages.forEach((message, i) => {
      const said = answers === null ? 0 : (answers[i] ?? 0);
      if (said !== "ack") again(message, said);
    });
  }

  const broker: Broker = {
    weather: CALM,
    killed: [],
    given,
    counts,
    thrown: [],
    put(queue, messages) {
      if (random.chance(broker.weather.away)) {
        counts.refused++;
        return false;
      }
      for (const { body, delaySeconds } of messages) {
        counts.sent++;
        const at = clock.now() + delaySeconds * 1_000;
        // Only wake-up calls may be lost. The service relies on the queue for outcomes.
        if (body.settle === undefined && random.chance(broker.weather.lose)) counts.lost++;
        else add(queue, body, at);
        if (!random.chance(broker.weather.repeat)) continue;
        counts.repeated++;
        // The copy arrives while the first one is being handled, or long after.
        add(queue, body, at + (random.chance(0.6) ? random.int(1, 60) : random.int(1, 60_000)));
      }
      broker.pump();
      return true;
    },
    pump() {
      for (const queue of queueName.options)
        while (active[queue] < MAX_CONCURRENCY) {
          const messages = take(queue);
          if (messages.length === 0) break;
          active[queue]++;
          void deliver(queue, messages).finally(() => {
            active[queue]--;
            broker.pump();
          });
        }
    },
    isIdle() {
      const now = clock.now();
      return Object.values(active).every((n) => n === 0) && waiting.every(({ at }) => at > now);
    },
  };
  return broker;
}
