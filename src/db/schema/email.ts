import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { CHANNELS } from "./pipeline.ts";

/** When a user gets e-mails about new matches. */
export const FREQUENCIES = ["immediate", "daily", "weekly"] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/**
 * What a user wants to be told, and where. The matrix of categories and channels is stored in two places: the cells that the
 * user contract has as flat fields have columns of their own; all others are in `cells`. Null: the user has not chosen, and
 * inherits. No row: all of it is null, and the other fields have their defaults. WITHOUT ROWID.
 */
export const preferences = sqliteTable("preferences", {
  user_id: text("user_id").primaryKey(),
  id: text("id").notNull(),
  email_notifications_enabled: integer("email_notifications_enabled", { mode: "boolean" }),
  notification_frequency: text("notification_frequency", { enum: FREQUENCIES }).notNull(),
  new_match_notifications: integer("new_match_notifications", { mode: "boolean" }),
  /** 0–100. */
  match_threshold: integer("match_threshold").notNull(),
  deadline_notifications: integer("deadline_notifications", { mode: "boolean" }),
  /** JSON array of days before the deadline, descending. */
  deadline_reminder_days: text("deadline_reminder_days").notNull(),
  weekly_digest_enabled: integer("weekly_digest_enabled", { mode: "boolean" }),
  /** 0 = Sunday … 6 = Saturday. */
  weekly_digest_day: integer("weekly_digest_day").notNull(),
  application_status_notifications: integer("application_status_notifications", { mode: "boolean" }),
  /** JSON: category → channel → boolean. Null: none. */
  cells: text("cells"),
  /** JSON of `QuietHours`. Null: the organization's. */
  quiet_hours: text("quiet_hours"),
  created_at: integer("created_at").notNull(),
  updated_at: integer("updated_at").notNull(),
});

export type Preferences = typeof preferences.$inferSelect;

/** Not used any more: these opt-outs are cells of `preferences` now. The version before this one still reads it. WITHOUT ROWID. */
export const optouts = sqliteTable(
  "optouts",
  { user_id: text("user_id").notNull(), type: text("type").notNull() },
  (t) => [primaryKey({ columns: [t.user_id, t.type] })],
);

/** A UUIDv7 made by the database, so that the code that writes a suppression needs only the address. */
const suppressionId = sql`(lower(
  substr(printf('%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)), 1, 8) || '-' ||
  substr(printf('%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)), 9) || '-7' ||
  substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))`;

/** Why an address gets no e-mail, or a number no text message. `unsubscribed`: its owner has sent STOP. */
export const SUPPRESSION_REASONS = ["bounce", "complaint", "unsubscribed"] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/**
 * Addresses that get no e-mail, and numbers that get no text message: after a hard bounce for 90 days, after a complaint or a
 * STOP for ever. Addresses are stored as `addressKey` spells them, so that `lower()` of a user's address finds them; numbers
 * in E.164: they begin with `+` and have no `@`. WITHOUT ROWID.
 */
export const suppressions = sqliteTable(
  "suppressions",
  {
    /** The address or the number; the column is older than text messages. */
    email: text("email").primaryKey(),
    /** Used instead of the address in URLs and in the audit log. Unique; lists are in its order. */
    id: text("id").notNull().default(suppressionId),
    reason: text("reason", { enum: SUPPRESSION_REASONS }).notNull(),
    /** Null: does not expire. */
    expires_at: integer("expires_at"),
    created_at: integer("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("suppressions_by_id").on(t.id),
    index("suppressions_expiry")
      .on(t.expires_at)
      .where(sql`expires_at IS NOT NULL`),
  ],
);

/** Reasons for not making a message. Nothing else records such a message. */
export const WITHHELD_REASONS = [
  "below_threshold",
  "switched_off",
  "nothing_to_say",
  "unknown_user",
  "unknown_grant",
  "unsubscribed",
  "no_address",
  "unverified",
  "suppressed",
  "no_device",
  "no_number",
  "invalid_number",
  "number_unverified",
  "no_country",
  "country_not_allowed",
  "no_words",
  "throttled",
  "duplicate",
] as const;
export type WithheldReason = (typeof WITHHELD_REASONS)[number];

/**
 * Somebody wanted the message; the other reasons are people's wishes, or need no help. A query must say it in these words, so
 * that SQLite uses the index.
 */
export const IS_UNWISHED = sql.raw(
  "reason IN ('no_words', 'no_address', 'unverified', 'no_device', 'unknown_user', 'unknown_grant', 'throttled')",
);

/**
 * How many messages to a user were not made on a day. The day comes first in the key, because retention removes whole days.
 * A user's rows are found by looking up each day that the table has. WITHOUT ROWID.
 */
export const withheld = sqliteTable(
  "withheld",
  {
    /** Days since 1970, UTC. */
    day: integer("day").notNull(),
    user_id: text("user_id").notNull(),
    type: text("type").notNull(),
    channel: text("channel", { enum: CHANNELS }).notNull(),
    reason: text("reason", { enum: WITHHELD_REASONS }).notNull(),
    n: integer("n").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.day, t.user_id, t.type, t.channel, t.reason] }),
    // What is wrong today, among all that people do not want. A count that grows does not write here.
    index("withheld_unwished").on(t.day).where(IS_UNWISHED),
  ],
);

/** Counts of e-mails that retention has removed, so that totals stay right. WITHOUT ROWID. */
export const emailTotals = sqliteTable(
  "email_totals",
  {
    user_id: text("user_id").notNull(),
    type: text("type").notNull(),
    status: text("status").notNull(),
    n: integer("n").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.type, t.status] })],
);

/** Jobs that have a schedule for each user. */
export const SCHEDULE_KINDS = ["certifications", "deadlines", "digest", "matches"] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/**
 * When a job next checks whether something is due for a user. Checking too early is harmless, so whatever changes a schedule
 * (a new time zone, a new certificate) just sets `next_at` to now. No row: nothing will be due. WITHOUT ROWID.
 */
export const userSchedules = sqliteTable(
  "user_schedules",
  {
    user_id: text("user_id").notNull(),
    kind: text("kind", { enum: SCHEDULE_KINDS }).notNull(),
    /** The local week or day of the pending run, if it has one: `2026-W13`, `2026-03-26`. */
    period: text("period"),
    /** Steps and matches up to this time have been handled. Null: unknown. */
    since: integer("since"),
    next_at: integer("next_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.kind] }), index("user_schedules_due").on(t.kind, t.next_at)],
);

/** Who changed what. `actor` is `role:id`; `target` is an id. Nothing personal. WITHOUT ROWID. */
export const auditLog = sqliteTable("audit_log", {
  /** UUIDv7: the order of time. */
  id: text("id").primaryKey(),
  actor: text("actor").notNull(),
  action: text("action").notNull(),
  target: text("target").notNull(),
  request_id: text("request_id"),
  /** JSON: the result of the action in numbers. */
  detail: text("detail"),
});
