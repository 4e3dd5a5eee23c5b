import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The channels that the API accepts and lists. */
export const CHANNELS = ["push", "email", "in_app", "sms", "chat"] as const;
export type Channel = (typeof CHANNELS)[number];

/**
 * The queues that carry wake-up calls. Someone waits for what is in the first two; `bulk` is for batches and jobs. `hooks` is
 * for receivers that customers own (chats, webhooks), so that a slow one holds up nothing else.
 */
export const QUEUES = ["push", "email", "bulk", "hooks"] as const;
export type QueueName = (typeof QUEUES)[number];

/** queued → sending → sent → delivered | bounced; or failed; or cancelled. An attempt that failed, or a retry, queues it again. */
export const STATUSES = ["queued", "sending", "sent", "delivered", "bounced", "failed", "cancelled"] as const;
export type DispatchStatus = (typeof STATUSES)[number];

/** Of these it is not known yet whether they can be sent. */
export const UNFINISHED: readonly DispatchStatus[] = ["queued", "sending"];

/** The type of most dispatches, which are sent by API. The index by type leaves it out. */
export const COMMON_TYPE = "push";

/** What has failed, or waits for another attempt. A query must say it in these words, so that SQLite uses the index. */
export const IS_IN_TROUBLE = sql.raw(
  "(status IN ('failed', 'bounced') OR (status = 'queued' AND error_code IS NOT NULL AND error_code NOT IN ('quiet_hours', 'earlier_open')))",
);

/**
 * A dispatch is one message to one user on one channel. This table is both the outbox and the log that the API shows.
 * WITHOUT ROWID: the key is a UUIDv7, so the table itself is in order of time and needs no index for that.
 * SQLite ends each index below with the key, so each of them serves "newest first" too.
 */
export const dispatches = sqliteTable(
  "dispatches",
  {
    id: text("id").primaryKey(),
    channel: text("channel").notNull(),
    lane: text("lane", { enum: QUEUES }).notNull(),
    type: text("type").notNull(),
    org_id: text("org_id"),
    /** The organization of the org_admin who asked for it; checked again when it is sent. Null: no permission is needed. */
    sender_org_id: text("sender_org_id"),
    user_id: text("user_id").notNull(),
    batch_id: text("batch_id"),
    status: text("status", { enum: STATUSES }).notNull(),
    /** A mark that a person set: `retried` or `resolved`. The push API shows it instead of the status. */
    mark: text("mark"),
    /** A note that staff wrote in the log, and that only staff see. */
    note: text("note"),
    /** A note that came with the mark. */
    retry_note: text("retry_note"),
    error_code: text("error_code"),
    error: text("error"),
    /** A push's title, an e-mail's subject. */
    title: text("title"),
    body: text("body"),
    /** A push's JSON for the app. */
    data: text("data"),
    /** JSON of a push's options (`PushOptions`). */
    options: text("options"),
    /** JSON that the message's template is rendered from. */
    payload: text("payload"),
    to_address: text("to_address"),
    grant_id: text("grant_id"),
    match_id: text("match_id"),
    scenario_id: text("scenario_id"),
    prompt_id: text("prompt_id"),
    provider: text("provider"),
    provider_message_id: text("provider_message_id"),
    /** Devices of the last attempt, including those that had accepted before. */
    targets: integer("targets").notNull(),
    delivered_count: integer("delivered_count").notNull(),
    failed_count: integer("failed_count").notNull(),
    /** Outcomes that providers have given so far. */
    attempts: integer("attempts").notNull(),
    /** Claims since the last settle. A dispatch whose consumers keep dying is given up. */
    claims: integer("claims").notNull(),
    /** The time that was asked for with `send_at`; null for at once. */
    scheduled_at: integer("scheduled_at"),
    /** The time that the user's rate limiter has reserved for it; null until then. */
    slot_at: integer("slot_at"),
    /** Not before this time. */
    due_at: integer("due_at").notNull(),
    /** When the sweep wakes it next; null once nothing is left to do. */
    wake_at: integer("wake_at"),
    expires_at: integer("expires_at"),
    claim_id: text("claim_id"),
    lease_until: integer("lease_until"),
    /** Dispatches that shared a request whose outcome is unknown have the same id here, and are repeated as one request. */
    chunk_id: text("chunk_id"),
    /** The channel that follows when this dispatch fails, or has not reached its user by `follow_at`. */
    fallback: text("fallback"),
    /** JSON of all steps from `fallback` on (`outbox/chain.ts`). Null: `fallback` alone, and only when this dispatch fails. */
    chain: text("chain"),
    /** When the fallback follows unless this dispatch has reached its user by then, epoch ms. Null: when it fails. */
    follow_at: integer("follow_at"),
    /** The dispatch on another channel that this one follows. */
    follows: text("follows"),
    read_at: integer("read_at"),
    archived_at: integer("archived_at"),
    /**
     * Ascends in the order in which a user's in-app messages came or changed; null until a message is delivered. Triggers
     * set it, so that it has the order of the commits and no code can forget it.
     */
    inbox_seq: integer("inbox_seq"),
    created_at: integer("created_at").notNull(),
    /** When the last attempt was made, failed ones included. */
    sent_at: integer("sent_at"),
    delivered_at: integer("delivered_at"),
    updated_at: integer("updated_at").notNull(),
    /** The greatest weight of the events that an e-mail's provider has reported; null before the first. */
    feedback_weight: integer("feedback_weight"),
    /** JSON array of what has happened to it, bounded (`outbox/timeline.ts`). Null: nothing but what the other columns say. */
    timeline: text("timeline"),
  },
  (t) => [
    // The push view, unfiltered.
    index("dispatches_by_channel").on(t.channel),
    // One user's dispatches: push view by user, e-mail history, inbox, erasure.
    index("dispatches_by_user").on(t.user_id, t.channel),
    // The log of one organization.
    index("dispatches_by_org")
      .on(t.org_id)
      .where(sql`org_id IS NOT NULL`),
    // Webhooks of e-mail providers that cannot carry our own id.
    index("dispatches_by_message")
      .on(t.provider_message_id)
      .where(sql`provider_message_id IS NOT NULL`),
    // The outcome of a batch.
    index("dispatches_by_batch")
      .on(t.batch_id)
      .where(sql`batch_id IS NOT NULL`),
    // The sweep, one channel at a time. It holds only unfinished dispatches.
    index("dispatches_to_wake")
      .on(t.channel, t.wake_at)
      .where(sql`wake_at IS NOT NULL`),
    // Filters by a rare status. The channel comes first, so that a few failed pushes are found among many bounced e-mails.
    // It has the mark, so that pushes without a mark are counted from the index alone.
    index("dispatches_unsent")
      .on(t.channel, t.status, t.id, t.mark)
      .where(sql`status IN ('failed', 'bounced', 'cancelled')`),
    // What is wrong with an organization's messages. One that is sent well, or waits because its reader wants it so, never writes here.
    index("dispatches_in_trouble")
      .on(t.org_id)
      .where(sql`org_id IS NOT NULL AND ${IS_IN_TROUBLE}`),
    // Chains whose next step may be due. Few dispatches have a time for it.
    index("dispatches_to_follow")
      .on(t.follow_at)
      .where(sql`follow_at IS NOT NULL`),
    index("dispatches_marked")
      .on(t.mark)
      .where(sql`mark IS NOT NULL`),
    // The admin's log by type. Most rows are pushes; those are found by the channel's index.
    index("dispatches_by_type")
      .on(t.type)
      .where(sql`type <> 'push'`),
    // Filters of the push view. The channel follows the id, so that rows are counted from the index alone.
    index("dispatches_by_scenario")
      .on(t.scenario_id, t.id, t.channel)
      .where(sql`scenario_id IS NOT NULL`),
    index("dispatches_by_prompt")
      .on(t.prompt_id, t.id, t.channel)
      .where(sql`prompt_id IS NOT NULL`),
    // The inbox, newest first; archived messages apart from the others.
    index("dispatches_inbox")
      .on(t.user_id, sql`(archived_at IS NOT NULL)`, t.delivered_at)
      .where(sql`channel = 'in_app' AND status = 'delivered'`),
    // Unread messages of the inbox: to count and to list them.
    index("dispatches_unread")
      .on(t.user_id, t.delivered_at)
      .where(sql`channel = 'in_app' AND status = 'delivered' AND read_at IS NULL AND archived_at IS NULL`),
    // What a webhook's endpoint was sent, by status. Messages to people never write here.
    index("dispatches_of_endpoint")
      .on(t.user_id, t.status)
      .where(sql`channel = 'webhook'`),
    // What programs were told of a user, to erase it. Messages to people never write here.
    index("dispatches_about_user")
      .on(sql`(payload->>'user_id')`)
      .where(sql`instr(user_id, '/') > 0`),
    // Messages that came or changed since a client's cursor.
    index("dispatches_inbox_changes")
      .on(t.user_id, t.inbox_seq)
      .where(sql`inbox_seq IS NOT NULL`),
  ],
);

export type Dispatch = typeof dispatches.$inferSelect;
export type DispatchRow = typeof dispatches.$inferInsert;

/**
 * Dedupe keys. Each names a fact and its version, and points to the one dispatch that notifies a user of it.
 * WITHOUT ROWID.
 */
export const dedupeKeys = sqliteTable(
  "occasions",
  {
    key: text("key").primaryKey(),
    dispatch_id: text("dispatch_id").notNull(),
  },
  (t) => [index("occasions_by_dispatch").on(t.dispatch_id)],
);

export const DELIVERY_STATUSES = ["accepted", "retry", "failed"] as const;

/** The result of a push on one device. WITHOUT ROWID. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    dispatch_id: text("dispatch_id").notNull(),
    device_id: integer("device_id").notNull(),
    status: text("status", { enum: DELIVERY_STATUSES }).notNull(),
    provider: text("provider").notNull(),
    ticket_id: text("ticket_id"),
    error: text("error"),
    accepted_at: integer("accepted_at"),
    /**
     * When to ask the provider for the receipt. 0: when the job that reads deliveries in the order of their dispatches comes
     * by it, or came (`delivery/receipt-due.ts`). Null: there is none to ask for.
     */
    receipt_due_at: integer("receipt_due_at"),
  },
  (t) => [
    primaryKey({ columns: [t.dispatch_id, t.device_id] }),
    index("deliveries_receipt_due")
      .on(t.receipt_due_at)
      .where(sql`receipt_due_at > 0`),
  ],
);

/** When each cron job last ran, and its error. /healthz reads it. WITHOUT ROWID. */
export const jobRuns = sqliteTable("job_runs", {
  job: text("job").primaryKey(),
  started_at: integer("started_at").notNull(),
  finished_at: integer("finished_at"),
  error: text("error"),
});

/** How far a job has read a table in the order of its ids. WITHOUT ROWID. */
export const jobProgress = sqliteTable("job_progress", {
  job: text("job").primaryKey(),
  /** The id up to which all is read. */
  up_to: text("up_to"),
});
