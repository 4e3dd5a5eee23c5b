import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import type { Lane } from "../../src/db/schema/index.ts";
import type { QueueMessage } from "../../src/queues/message.ts";

interface Waiting {
  id: string;
  lane: Lane;
  body: unknown;
  at: number;
  attempts: number;
}

/** Queues whose time is the test's: what is sent waits here until `take` hands it to a consumer. */
export interface FakeQueues {
  bindings: Record<"PUSH_QUEUE" | "EMAIL_QUEUE" | "BULK_QUEUE", Queue>;
  waiting: Waiting[];
  /** sendBatch calls so far. */
  sends: number;
  /** Makes the next sends fail. */
  away: boolean;
  put(lane: Lane, body: unknown): void;
  /** Gives every message that is due to `consume`, as one real MessageBatch a queue. Retried ones wait again. */
  drain(now: number, consume: (batch: MessageBatch<unknown>) => Promise<void>): Promise<number>;
}

const NAMES: Record<Lane, string> = { push: "tidings-push", email: "tidings-email", bulk: "tidings-bulk" };

export function createFakeQueues(now: () => number): FakeQueues {
  let serial = 0;
  const add = (lane: Lane, body: unknown, delaySeconds = 0, attempts = 1) =>
    queues.waiting.push({ id: `m${serial++}`, lane, body, at: now() + delaySeconds * 1_000, attempts });
  const binding = (lane: Lane): Queue =>
    ({
      async sendBatch(messages: Iterable<MessageSendRequest<QueueMessage>>) {
        const all = [...messages];
        // The platform's limits, which the local queue reports as an opaque error.
        if (all.length > 100 || JSON.stringify(all).length > 256_000)
          throw new Error("sendBatch is over the limits");
        if (queues.away) throw new Error("Queue is away");
        queues.sends++;
        for (const { body, delaySeconds } of all) {
          if (JSON.stringify(body).length > 128_000) throw new Error("message is over 128 KB");
          add(lane, body, delaySeconds);
        }
      },
    }) as unknown as Queue;
  const queues: FakeQueues = {
    bindings: { PUSH_QUEUE: binding("push"), EMAIL_QUEUE: binding("email"), BULK_QUEUE: binding("bulk") },
    waiting: [],
    sends: 0,
    away: false,
    put: (lane, body) => void add(lane, body),
    async drain(at, consume) {
      let taken = 0;
      for (const lane of ["push", "email", "bulk"] as const) {
        const due = queues.waiting
          .filter((message) => message.lane === lane && message.at <= at)
          .slice(0, 100);
        if (due.length === 0) continue;
        queues.waiting = queues.waiting.filter((message) => !due.includes(message));
        taken += due.length;
        const batch = createMessageBatch(
          NAMES[lane],
          due.map(({ id, body, attempts }) => ({ id, body, attempts, timestamp: new Date(at) })),
        );
        await consume(batch);
        const result = await getQueueResult(batch, createExecutionContext());
        for (const { msgId, delaySeconds } of result.retryMessages) {
          const message = due.find(({ id }) => id === msgId);
          if (message) add(lane, message.body, delaySeconds, message.attempts + 1);
        }
      }
      return taken;
    },
  };
  return queues;
}
