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
    /** Since when this expiry is known: steps of the ladder before it are not owed. */
    known_since: integer("known_since").notNull(),
  },
  (t) => [index("certifications_by_user").on(t.user_id, t.expires_at)],
);

/** Peer mentors, whom a coordinator looks after. WITHOUT ROWID. */
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
     * Grows by one with each change of status: names the change in occasions. Starts at the time of creation (epoch ms), so
     * that a mentor who is deleted and comes back does not meet the occasions of before.
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

/** That a coordinator was told of a pause, or is being told. WITHOUT ROWID; the key is a UUIDv7. */
export const notificationRecords = sqliteTable(
  "notification_records",
  {
    id: text("id").primaryKey(),
    peer_mentor_id: text("peer_mentor_id").notNull(),
    event_type: text("event_type", { enum: PAUSE_EVENTS }).notNull(),
    effective_date: integer("effective_date"),
    reason: text("reason"),
    coordinator_id: text("coordinator_id"),
    /** JSON array of push, in_app, email. While the record follows: those of dispatches that are gone. */
    channels_notified: text("channels_notified").notNull(),
    /** JSON array of ids: of dispatches (a follower may be missing), or opaque where a client gave them. */
    dispatch_ids: text("dispatch_ids").notNull(),
    /** Null while there is nothing to say beyond what follows from the dispatches. */
    notes: text("notes"),
    /** `flow`: follows its dispatches, whose batch it is. `client`: says what was posted. */
    source: text("source", { enum: ["flow", "client"] }).notNull(),
    /** Whether a PUT has set the channels: they then follow nothing any more. */
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

/** What users did or plan. Hours are kept as minutes, so that sums are exact. WITHOUT ROWID. */
export const activities = sqliteTable(
  "activities",
  {
    id: text("id").primaryKey(),
    user_id: text("user_id").notNull(),
    status: text("status", { enum: ACTIVITY_STATUSES }).notNull(),
    minutes: integer("minutes").notNull(),
    occurred_at: integer("occurred_at").notNull(),
  },
  // Covering: a window's sums never touch the table.
  (t) => [index("activities_by_user").on(t.user_id, t.occurred_at, t.status, t.minutes)],
);

export const TIME_WINDOWS = ["weekly", "monthly", "quarterly", "yearly"] as const;

/** What is deactivated is removed. */
export const SUBSCRIPTION_STATUSES = ["active"] as const;

/** Who gets a summary of which window, and the window's sums so far. WITHOUT ROWID; the key is a UUIDv7. */
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
    /** From when on the snapshot is out of date: a change, an activity whose time comes, or the window's end. */
    stale_at: integer("stale_at").notNull(),
    /** The window whose summary is pending, such as `2026-Q1`. */
    period: text("period").notNull(),
    /** When that summary is due. */
    next_at: integer("next_at").notNull(),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    // One a user and window, whoever asks at the same time.
    uniqueIndex("stats_subscriptions_by_user").on(t.user_id, t.time_window),
    // The list's filter.
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
  /** Since when this deadline is known: steps of the ladder before it are not owed. */
  known_since: integer("known_since").notNull(),
  /** Since when the grant is known: its matches are no news before. Null for one from before this was kept. */
  created_at: integer("created_at"),
});

/**
 * Grants that are new here, or have a new deadline, for which not all of their users have been looked at: a grant may have
 * more users than one request can touch. WITHOUT ROWID.
 */
export const deadlineMoves = sqliteTable("deadline_moves", {
  grant_id: text("grant_id").primaryKey(),
  /** Users up to this id have been looked at. */
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
    /** Starts at the time of creation (epoch ms) and grows by one with each change of status: names it in occasions. */
    status_seq: integer("status_seq").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    index("applications_by_user").on(t.user_id),
    index("applications_by_grant").on(t.grant_id, t.user_id),
  ],
);
