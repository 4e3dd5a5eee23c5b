import type { SQL } from "drizzle-orm";
import type { Config } from "./config/config.ts";
import type { Db } from "./db/client.ts";
import type { QueueName } from "./db/schema/index.ts";
import type { Statement } from "./db/statement.ts";
import type { Channels } from "./delivery/channel.ts";
import type { Reactions } from "./directory/reaction.ts";
import type { Gates } from "./delivery/gate/gate.ts";
import type { Inboxes } from "./inbox/inboxes.ts";
import type { Clock } from "./lib/clock.ts";
import type { Ids } from "./lib/ids.ts";
import type { Log } from "./lib/log.ts";
import type { KeyForm } from "./outbox/dedupe-keys.ts";
import type { QueueMessage } from "./outbox/wake.ts";
import type { Quotas } from "./rate-limit/quota/quotas.ts";
import type { Limiters } from "./rate-limit/limiter.ts";

/** Where wake-up calls go. */
export type Queues = Record<QueueName, Pick<Queue<QueueMessage>, "sendBatch">>;

/** What the pipeline must know of the notification types, by their ids. It names none itself. */
export interface TypeTraits {
  /** Types whose later message makes an earlier one to the same user obsolete. */
  readonly superseding: readonly string[];
  /** Types whose requests count in a budget of their own. Their dispatches take no slot in the channel's budget. */
  readonly ownBudget: readonly string[];
  /** Types that are counted in their organization's quota when they are asked for, and not when they take their slot. */
  readonly chargedOnRequest: readonly string[];
  /** The dedupe keys of types that name the user: they are removed with the user. */
  readonly userKeys: readonly KeyForm[];
}

/**
 * What must happen before dispatches are removed, in the same batch; it may be repeated.
 * @param ids of the dispatches, as a subquery in parentheses
 */
export type BeforeRemoval = (ids: SQL) => Statement;

/** The context that every verb gets. Code uses the platform only through it. */
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
  /** The channels that there are, by name. */
  readonly channels: Channels;
  readonly types: TypeTraits;
  /** What the rooms keep of dispatches that retention removes. */
  readonly beforeRemoval: readonly BeforeRemoval[];
}
