import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Certificates that expire. WITHOUT ROWID. */
export const certifications = sqliteTable(
  "certifications",
  {
    id: text("id").primaryKey(),
    user_id: text("user_id").notNull(),
    org_id: text("org_id"),
    name: text("name").notNull(),
    expires_at: integer("expires_at").notNull(),
    /** Since when this expiry is known. Reminder steps before this time are not sent. */
    known_since: integer("known_since").notNull(),
  },
  (t) => [index("certifications_by_user").on(t.user_id, t.expires_at)],
);

/** Peer mentors. A coordinator looks after them. WITHOUT ROWID. */
export const peerMentors = sqliteTable(
  "peer_mentors",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id"),
    coordinator_id: text("coordinator_id"),
    full_name: text("full_name").notNull(),
    email: text("email"),
    phone: text("phone"),
    status: text("status").notNull(),
    /**
     * Grows by one with each change of status, and is part of the change's dedupe key. Starts at the time of creation (epoch
     * ms), so that a mentor who was deleted and created again gets new keys.
     */
    status_seq: integer("status_seq").notNull(),
    pause_start_date: integer("pause_start_date"),
    pause_reason: text("pause_reason"),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    index("peer_mentors_by_org")
      .on(t.org_id)
      .where(sql`org_id IS NOT NULL`),
    index("peer_mentors_by_coordinator")
      .on(t.coordinator_id)
      .where(sql`coordinator_id IS NOT NULL`),
  ],
);

export const PAUSE_EVENTS = ["pause_activated", "pause_deactivated"] as const;
export type PauseEventType = (typeof PAUSE_EVENTS)[number];

/** A record that a coordinator was notified of a pause, or is being notified. WITHOUT ROWID; the key is a UUIDv7. */
export const notificationRecords = sqliteTable(
  "notification_records",
  {
    id: text("id").primaryKey(),
    peer_mentor_id: text("peer_mentor_id").notNull(),
    event_type: text("event_type", { enum: PAUSE_EVENTS }).notNull(),
    effective_date: integer("effective_date"),
    reason: text("reason"),
    coordinator_id: text("coordinator_id"),
    /** JSON array of push, in_app, email. While the record follows its dispatches: only channels of those already removed. */
    channels_notified: text("channels_notified").notNull(),
    /** JSON array of dispatch ids (the fallback's may be missing), or of opaque ids from a client. */
    dispatch_ids: text("dispatch_ids").notNull(),
    /** A note that somebody wrote. If null, the note is derived from the dispatches. */
    notes: text("notes"),
    /** `flow`: follows its dispatches, whose batch_id is this record's id. `client`: keeps what was posted. */
    source: text("source", { enum: ["flow", "client"] }).notNull(),
    /** Whether a PUT has set the channels. They then no longer follow the dispatches. */
    channels_fixed: integer("channels_fixed", { mode: "boolean" }).notNull(),
    sent_at: integer("sent_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    index("notification_records_by_mentor").on(t.peer_mentor_id),
    index("notification_records_by_coordinator")
      .on(t.coordinator_id)
      .where(sql`coordinator_id IS NOT NULL`),
  ],
);

export const ACTIVITY_STATUSES = ["planned", "completed", "cancelled"] as const;

/** What users have done or plan to do. Hours are stored as minutes, so that sums are exact. WITHOUT ROWID. */
export const activities = sqliteTable(
  "activities",
  {
    id: text("id").primaryKey(),
    user_id: text("user_id").notNull(),
    status: text("status", { enum: ACTIVITY_STATUSES }).notNull(),
    minutes: integer("minutes").notNull(),
    occurred_at: integer("occurred_at").notNull(),
  },
  // A covering index: sums over a window never read the table.
  (t) => [index("activities_by_user").on(t.user_id, t.occurred_at, t.status, t.minutes)],
);

export const TIME_WINDOWS = ["weekly", "monthly", "quarterly", "yearly"] as const;

/** Deactivating a subscription removes it. */
export const SUBSCRIPTION_STATUSES = ["active"] as const;

/** Subscriptions to the summary of a window, with the sums of the window so far. WITHOUT ROWID; the key is a UUIDv7. */
export const statsSubscriptions = sqliteTable(
  "stats_subscriptions",
  {
    id: text("id").primaryKey(),
    user_id: text("user_id").notNull(),
    time_window: text("time_window", { enum: TIME_WINDOWS }).notNull(),
    status: text("status", { enum: SUBSCRIPTION_STATUSES }).notNull(),
    total_activities: integer("total_activities").notNull(),
    completed_activities: integer("completed_activities").notNull(),
    completed_minutes: integer("completed_minutes").notNull(),
    last_refreshed_at: integer("last_refreshed_at").notNull(),
    /** When the snapshot gets out of date: at a change, at the time of a planned activity, or at the end of the window. */
    stale_at: integer("stale_at").notNull(),
    /** The window whose summary is pending, such as `2026-Q1`. */
    period: text("period").notNull(),
    /** When that summary is due. */
    next_at: integer("next_at").notNull(),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    // One for each user and window, also when two requests come at the same time.
    uniqueIndex("stats_subscriptions_by_user").on(t.user_id, t.time_window),
    // The filter of the list.
    index("stats_subscriptions_by_window").on(t.time_window),
    index("stats_subscriptions_due").on(t.next_at),
    index("stats_subscriptions_stale").on(t.stale_at),
  ],
);

/** Grants that one can apply for until their deadline. WITHOUT ROWID. */
export const grants = sqliteTable("grants", {
  id: text("id").primaryKey(),
  title: text("title").notNull(),
  url: text("url"),
  deadline: integer("deadline"),
  /** Since when this deadline is known. Reminder steps before this time are not sent. */
  known_since: integer("known_since").notNull(),
  /** Since when the grant is known. Earlier matches become news at this time. Null for grants older than this column. */
  created_at: integer("created_at"),
});

/**
 * Grants that are new or have a new deadline, and whose users have not all been rescheduled: a grant may have more users
 * than one request can handle. WITHOUT ROWID.
 */
export const deadlineMoves = sqliteTable("deadline_moves", {
  grant_id: text("grant_id").primaryKey(),
  /** Users up to this id have been rescheduled. */
  after: text("after").notNull(),
});

/** Grants that fit a user, with a score of 0–100. WITHOUT ROWID. */
export const matches = sqliteTable(
  "matches",
  {
    id: text("id").primaryKey(),
    user_id: text("user_id").notNull(),
    grant_id: text("grant_id").notNull(),
    score: integer("score").notNull(),
    created_at: integer("created_at").notNull(),
  },
  (t) => [
    index("matches_by_user").on(t.user_id, t.created_at),
    index("matches_by_grant").on(t.grant_id, t.user_id),
  ],
);

/** Applications for grants. WITHOUT ROWID. */
export const applications = sqliteTable(
  "applications",
  {
    id: text("id").primaryKey(),
    user_id: text("user_id").notNull(),
    grant_id: text("grant_id").notNull(),
    status: text("status").notNull(),
    /** Starts at the time of creation (epoch ms) and grows by one with each change of status. Part of the dedupe key. */
    status_seq: integer("status_seq").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    index("applications_by_user").on(t.user_id),
    index("applications_by_grant").on(t.grant_id, t.user_id),
  ],
);
