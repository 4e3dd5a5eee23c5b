import type { QueueName } from "../../src/db/schema/index.ts";
import { queueMessage } from "../../src/outbox/wake.ts";
import type { Pass } from "./interrupts.ts";

export const DEAD_LETTERS = "tidings-dead-letters";

/** `max_retries` of wrangler.toml: a message that was retried so often goes to the dead letters, and is lost from there. */
const MAX_RETRIES = 10;
const MAX_RETRIES_OF_DEAD_LETTERS = 3;

/** The longest delay that a queue takes, in seconds. */
const MAX_DELAY = 43_200;

export interface Waiting {
  id: string;
  lane: QueueName | "dead";
  body: unknown;
  at: number;
  attempts: number;
}

/** What a consumer said of a message: done, or again after so many seconds. */
export type Answer = "ack" | number;

/**
 * A batch as the platform hands it to a consumer, and what the consumer said of each message (the first word counts).
 * Made by hand, because the platform's own test batch does not tell the delay of a retry.
 */
export function createBatch(
  queue: string,
  messages: readonly { id: string; body: unknown; attempts: number; timestamp: Date }[],
): { batch: MessageBatch<unknown>; answerOf(id: string): Answer } {
  const answers = new Map<string, Answer>();
  const say = (id: string, answer: Answer) => void (answers.has(id) || answers.set(id, answer));
  const refuse = () => {
    throw new Error("A consumer answers for each message by itself");
  };
  const batch: MessageBatch<unknown> = {
    queue,
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    messages: messages.map((message) => ({
      ...message,
      ack: () => say(message.id, "ack"),
      retry: (options?: QueueRetryOptions) => say(message.id, options?.delaySeconds ?? 0),
    })),
    ackAll: refuse,
    retryAll: refuse,
  };
  return {
    batch,
    answerOf(id) {
      const answer = answers.get(id);
      if (answer === undefined) throw new Error(`${id} was neither acked nor retried`);
      return answer;
    },
  };
}

/** A batch that a consumer has. */
export interface Taken {
  batch: MessageBatch<unknown>;
  size: number;
  /** The consumer is through: what it wants again waits again. */
  finish(): void;
  /** The consumer was killed: everything waits again. */
  redeliver(): void;
}

/** Queues whose time is the test's: what is sent waits here until `take` hands it to a consumer. */
export interface FakeQueues {
  bindings: Record<"PUSH_QUEUE" | "EMAIL_QUEUE" | "BULK_QUEUE" | "HOOKS_QUEUE", Queue>;
  waiting: Waiting[];
  /** sendBatch calls so far. */
  sends: number;
  /** Makes the next sends fail. */
  away: boolean;
  /** Messages that were retried too often, even as dead letters. */
  lost: Waiting[];
  put(lane: QueueName, body: unknown): void;
  /** Takes what is due on one queue, as its consumer would get it; null when nothing is. */
  take(now: number): Taken | null;
  /** Gives what is due on one queue to `consume`. Retried messages wait again. @returns how many there were */
  drain(now: number, consume: (batch: MessageBatch<unknown>) => Promise<void>): Promise<number>;
}

const NAMES: Record<Waiting["lane"], string> = {
  push: "tidings-push",
  email: "tidings-email",
  bulk: "tidings-bulk",
  hooks: "tidings-hooks",
  dead: DEAD_LETTERS,
};

export function createFakeQueues(now: () => number, pass: Pass = (_, call) => call()): FakeQueues {
  let serial = 0;
  const add = (lane: Waiting["lane"], body: unknown, delaySeconds = 0, attempts = 1) => {
    if (!(delaySeconds >= 0 && delaySeconds <= MAX_DELAY)) throw new Error("delay is out of range");
    queues.waiting.push({ id: `m${serial++}`, lane, body, at: now() + delaySeconds * 1_000, attempts });
  };
  const retry = (message: Waiting, delaySeconds: number) => {
    const { lane, body, attempts } = message;
    if (lane === "dead" && attempts > MAX_RETRIES_OF_DEAD_LETTERS) queues.lost.push(message);
    else if (lane !== "dead" && attempts > MAX_RETRIES) add("dead", body);
    else add(lane, body, delaySeconds, attempts + 1);
  };
  const metrics = { backlogCount: 0, backlogBytes: 0 };
  const binding = (lane: QueueName): Queue => ({
    metrics: async () => metrics,
    send: () => Promise.reject(new Error("We send batches")),
    sendBatch: (messages: Iterable<MessageSendRequest>) =>
      pass("queue", async () => {
        const all = [...messages];
        // The platform's limits, which the local queue reports as an opaque error.
        if (all.length > 100 || JSON.stringify(all).length > 256_000)
          throw new Error("sendBatch is over the limits");
        if (all.some(({ body }) => JSON.stringify(body).length > 128_000))
          throw new Error("message is over 128 KB");
        if (queues.away) throw new Error("Queue is away");
        queues.sends++;
        for (const { body, delaySeconds } of all) add(lane, body, delaySeconds);
        return { metadata: { metrics } };
      }),
  });
  const queues: FakeQueues = {
    bindings: {
      PUSH_QUEUE: binding("push"),
      EMAIL_QUEUE: binding("email"),
      BULK_QUEUE: binding("bulk"),
      HOOKS_QUEUE: binding("hooks"),
    },
    waiting: [],
    sends: 0,
    away: false,
    lost: [],
    put: (lane, body) => add(lane, body),
    take(at) {
      for (const lane of ["push", "email", "bulk", "hooks", "dead"] as const) {
        const due = queues.waiting
          .filter((message) => message.lane === lane && message.at <= at)
          .slice(0, 100);
        if (due.length === 0) continue;
        queues.waiting = queues.waiting.filter((message) => !due.includes(message));
        const { batch, answerOf } = createBatch(
          NAMES[lane],
          due.map(({ id, body, attempts }) => ({ id, body, attempts, timestamp: new Date(at) })),
        );
        return {
          batch,
          size: due.length,
          finish() {
            for (const message of due) {
              const answer = answerOf(message.id);
              if (answer !== "ack") retry(message, answer);
            }
          },
          redeliver: () => due.forEach((message) => retry(message, 0)),
        };
      }
      return null;
    },
    async drain(at, consume) {
      const taken = queues.take(at);
      if (taken === null) return 0;
      await consume(taken.batch);
      taken.finish();
      return taken.size;
    },
  };
  return queues;
}

/** The ids of a wake-up call. */
export function wokenBy(body: unknown): string[] {
  const message = queueMessage.parse(body);
  if (!("ids" in message)) throw new Error("It wakes nobody");
  return message.ids;
}
