import type { Config } from "./config/config.ts";
import type { Db } from "./db/client.ts";
import type { QueueName } from "./db/schema/index.ts";
import type { Reactions } from "./directory/reaction.ts";
import type { Gates } from "./delivery/gate/gate.ts";
import type { Inboxes } from "./inbox/inboxes.ts";
import type { Clock } from "./lib/clock.ts";
import type { Ids } from "./lib/ids.ts";
import type { Log } from "./lib/log.ts";
import type { QueueMessage } from "./outbox/message.ts";
import type { Quotas } from "./rate-limit/quota/quotas.ts";
import type { Limiters } from "./rate-limit/limiter.ts";

/** Where wake-up calls go. */
export type Queues = Record<QueueName, Pick<Queue<QueueMessage>, "sendBatch">>;

/** What every verb gets handed: nothing reaches for the platform by itself. */
export interface Ctx {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Uniform in [0, 1): jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly config: Config;
  readonly queues: Queues;
  readonly gates: Gates;
  readonly limiters: Limiters;
  readonly quotas: Quotas;
  readonly inboxes: Inboxes;
  readonly reactions: Reactions;
}
