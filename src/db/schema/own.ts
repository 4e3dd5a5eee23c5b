import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

// What customers define themselves: types, words, topics, settings; and the events that they send. The owner of a row is an
// organization, or the whole service where `org_id` is `""`. An organization inherits from those above it.

/** What an organization has set for itself and for those below it. No row: nothing. WITHOUT ROWID. */
export const orgSettings = sqliteTable("org_settings", {
  org_id: text("org_id").primaryKey(),
  /** JSON: category → channel → `{ on, locked? }`. Null: nothing. */
  preferences: text("preferences"),
  /** JSON of `QuietHours`. Null: none of its own. */
  quiet_hours: text("quiet_hours"),
  /** The language of readers who have none. BCP 47. */
  locale: text("locale"),
  /** JSON of `Brand`. Null: nothing of its own. */
  brand: text("brand"),
  updated_at: integer("updated_at").notNull(),
});

/**
 * Customers' own notification types. Along a line of organizations (and the service) an id occurs only once. WITHOUT ROWID.
 */
export const ownTypes = sqliteTable(
  "own_types",
  {
    id: text("id").notNull(),
    org_id: text("org_id").notNull(),
    /** JSON of `OwnTypeData`. */
    data: text("data").notNull(),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.id, t.org_id] }),
    // The list of an organization.
    index("own_types_by_org").on(t.org_id, t.id),
  ],
);

/** The channels that words may be written for. A text for a channel that is not there yet waits for it. */
export const WORDING_CHANNELS = ["push", "email", "in_app", "sms", "chat"] as const;
export type WordingChannel = (typeof WORDING_CHANNELS)[number];

/** The words of a type on a channel, in one language: which version is in use. WITHOUT ROWID. */
export const wordings = sqliteTable(
  "wordings",
  {
    type: text("type").notNull(),
    channel: text("channel", { enum: WORDING_CHANNELS }).notNull(),
    org_id: text("org_id").notNull(),
    /** BCP 47, canonical. */
    locale: text("locale").notNull(),
    /** The version in use; null: none, so that the words are inherited. */
    published: integer("published"),
    /** When it was published. With the version it names these words for ever: they may be cached under it. */
    published_at: integer("published_at"),
    /** The latest version. */
    latest: integer("latest").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.type, t.channel, t.org_id, t.locale] }),
    // The list of an organization.
    index("wordings_by_org").on(t.org_id, t.type, t.channel, t.locale),
  ],
);

/** Words that are published, without their text. */
export interface WordingHead {
  type: string;
  channel: WordingChannel;
  org_id: string;
  locale: string;
  version: number;
  published_at: number;
}

/** Each version of some words, as it was written. WITHOUT ROWID. */
export const wordingVersions = sqliteTable(
  "wording_versions",
  {
    type: text("type").notNull(),
    channel: text("channel", { enum: WORDING_CHANNELS }).notNull(),
    org_id: text("org_id").notNull(),
    locale: text("locale").notNull(),
    version: integer("version").notNull(),
    /** JSON: the fields of the channel. */
    fields: text("fields").notNull(),
    /** `role:id` of who wrote it. */
    created_by: text("created_by").notNull(),
    created_at: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.type, t.channel, t.org_id, t.locale, t.version] })],
);

/** Groups of users to whom events can be sent. WITHOUT ROWID. */
export const topics = sqliteTable(
  "topics",
  {
    org_id: text("org_id").notNull(),
    id: text("id").notNull(),
    /** A UUID: what its subscribers belong to. A topic that is deleted and made again is another. */
    uuid: text("uuid").notNull(),
    name: text("name"),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.org_id, t.id] }),
    // The topics of a user: what an export and the console show.
    uniqueIndex("topics_by_uuid").on(t.uuid),
  ],
);

/** Who subscribes to a topic, by the topic's UUID. WITHOUT ROWID. */
export const topicSubscribers = sqliteTable(
  "topic_subscribers",
  {
    topic: text("topic").notNull(),
    user_id: text("user_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.topic, t.user_id] }),
    // Erasure.
    index("topic_subscribers_by_user").on(t.user_id),
  ],
);

/** running → done; or cancelled. A dry run makes no messages. */
export const EVENT_STATUSES = ["running", "done", "cancelled"] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/**
 * Something that happened, and whom it is to be told: the source of dispatches whose `batch_id` is its id. They are made in
 * portions, by the request and then by a job. WITHOUT ROWID; the key is a UUIDv7.
 */
export const events = sqliteTable(
  "events",
  {
    id: text("id").primaryKey(),
    /** On whose behalf it is sent; `""`: the service's. */
    org_id: text("org_id").notNull(),
    /** The organization of the org_admin who sent it. Null: no permission is needed. */
    sender_org_id: text("sender_org_id"),
    type: text("type").notNull(),
    /** JSON of `OwnTypeData` at that time, so that a running event is not changed halfway. */
    type_data: text("type_data").notNull(),
    /** The caller's dedupe key. */
    key: text("key"),
    /** JSON object that fits the type's schema. */
    data: text("data").notNull(),
    /** The id of the user who caused it. */
    actor: text("actor"),
    /** JSON of `Recipients`. */
    recipients: text("recipients").notNull(),
    /** JSON array: only these of the type's channels. Null: all. */
    channels: text("channels"),
    dry_run: integer("dry_run", { mode: "boolean" }).notNull(),
    status: text("status", { enum: EVENT_STATUSES }).notNull(),
    send_at: integer("send_at"),
    expires_at: integer("expires_at"),
    /** Recipients up to this one have been handled. */
    after: text("after").notNull(),
    /** The portion that was written last: its messages depend upon it. */
    portion_id: text("portion_id"),
    /** Recipients handled so far. */
    recipient_count: integer("recipient_count").notNull(),
    /** Messages made so far (in a dry run: that would be made). */
    message_count: integer("message_count").notNull(),
    /** JSON: channel → reason → how many messages were not made. */
    skipped: text("skipped").notNull(),
    /** When a job goes on with it; null when it is not running. */
    next_at: integer("next_at"),
    /** `role:id`. */
    created_by: text("created_by").notNull(),
    /** `role:id` of the person who cancelled it: its messages' timelines tell it. */
    cancelled_by: text("cancelled_by"),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    // The list of an organization, newest first.
    index("events_by_org").on(t.org_id, t.id),
    // One event for each key, also when two requests come at the same time.
    uniqueIndex("events_by_key")
      .on(t.org_id, t.type, t.key)
      .where(sql`key IS NOT NULL`),
    // Erasure.
    index("events_by_actor")
      .on(t.actor)
      .where(sql`actor IS NOT NULL`),
    // Running events, for the job.
    index("events_to_continue")
      .on(t.next_at)
      .where(sql`next_at IS NOT NULL`),
  ],
);

export type Event = typeof events.$inferSelect;
