import type { ChaosClock } from "./clock.ts";
import type { QueueWeather } from "./faults.ts";
import type { Killer } from "./killer.ts";
import type { Random } from "./random.ts";

export type QueueName = "push" | "email" | "bulk" | "dead";

const QUEUES: Readonly<Record<QueueName, string>> = {
  push: "tidings-push",
  email: "tidings-email",
  bulk: "tidings-bulk",
  dead: "tidings-dead-letters",
};

/** As in wrangler.toml. */
const MAX_BATCH = 100;
const MAX_RETRIES = 100;
const MAX_RETRIES_OF_DEAD_LETTERS = 100;
const MAX_CONCURRENCY = 5;

/** What we put onto queues, as far as it matters here. */
interface Body {
  ids?: string[];
  settle?: { verdicts: { id: string }[] };
}

interface Message {
  id: string;
  lane: QueueName;
  body: Body;
  /** Epoch ms. */
  at: number;
  attempts: number;
}

/** A batch in whose middle the process was killed. Times are this machine's, epoch ms. */
export interface Interrupted {
  ids: ReadonlySet<string>;
  from: number;
  /** Until the next process was there: what was on the line still arrives. */
  until: number;
  /** What had been written down by then as taken: `dispatch device`. */
  settled: ReadonlySet<string>;
}

/** What a consumer said of each message of a batch; null when it was killed. */
export type Hand = (batch: {
  queue: string;
  messages: object[];
}) => Promise<("ack" | number | null)[] | null>;

/** Queues that live outside of the service, as Cloudflare's do: they outlive it, and its clock is theirs. */
export interface Broker {
  /** What `sendBatch` was given. False when the queue is away. */
  put(lane: QueueName, messages: readonly { body: Body; delaySeconds: number }[]): boolean;
  weather: QueueWeather;
  /** Hands over what is due, to as many consumers as may run. */
  pump(): void;
  /** Whether nothing is due and no consumer runs. */
  isIdle(): boolean;
  killed: Interrupted[];
  counts: Record<
    "sent" | "lost" | "repeated" | "refused" | "batches" | "redelivered" | "dead" | "buried",
    number
  >;
  /** Batches whose consumer threw, which it never may. */
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
  const active: Record<QueueName, number> = { push: 0, email: 0, bulk: 0, dead: 0 };
  const counts: Broker["counts"] = {
    ...{ sent: 0, lost: 0, repeated: 0, refused: 0, batches: 0, redelivered: 0, dead: 0, buried: 0 },
  };
  const add = (lane: QueueName, body: Body, at: number, attempts = 1) =>
    void waiting.push({ id: `m${serial++}`, lane, body, at, attempts });

  function again(message: Message, delaySeconds: number): void {
    const { lane, body, attempts } = message;
    counts.redelivered++;
    if (lane === "dead" && attempts > MAX_RETRIES_OF_DEAD_LETTERS) counts.buried++;
    else if (lane !== "dead" && attempts > MAX_RETRIES) {
      counts.dead++;
      add("dead", body, clock.now());
    } else add(lane, body, clock.now() + delaySeconds * 1_000, attempts + 1);
  }

  function take(lane: QueueName): Message[] {
    const now = clock.now();
    const due = waiting.filter((message) => message.lane === lane && message.at <= now).slice(0, MAX_BATCH);
    const taken = new Set(due);
    if (due.length > 0) waiting = waiting.filter((message) => !taken.has(message));
    return due;
  }

  async function deliver(lane: QueueName, messages: Message[]): Promise<void> {
    const ids = new Set(messages.flatMap(({ body }) => idsOf(body)));
    const from = Date.now();
    counts.batches++;
    const timestamp = clock.now();
    const answer = hand({
      queue: QUEUES[lane],
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
    counts,
    thrown: [],
    put(lane, messages) {
      if (random.chance(broker.weather.away)) {
        counts.refused++;
        return false;
      }
      for (const { body, delaySeconds } of messages) {
        counts.sent++;
        const at = clock.now() + delaySeconds * 1_000;
        // Outcomes wait on a queue that keeps what it has taken; a wake-up call may be lost on its way there.
        if (body.settle === undefined && random.chance(broker.weather.lose)) counts.lost++;
        else add(lane, body, at);
        if (!random.chance(broker.weather.repeat)) continue;
        counts.repeated++;
        // While the first one is being handled, or when everybody has forgotten it.
        add(lane, body, at + (random.chance(0.6) ? random.int(1, 60) : random.int(1, 60_000)));
      }
      broker.pump();
      return true;
    },
    pump() {
      for (const lane of Object.keys(QUEUES) as QueueName[])
        while (active[lane] < MAX_CONCURRENCY) {
          const messages = take(lane);
          if (messages.length === 0) break;
          active[lane]++;
          void deliver(lane, messages).finally(() => {
            active[lane]--;
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
