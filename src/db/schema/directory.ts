import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A tree of organizations. A trigger refuses cycles (migration `org_cycles`). WITHOUT ROWID. */
export const orgs = sqliteTable(
  "orgs",
  {
    id: text("id").primaryKey(),
    parent_id: text("parent_id"),
    name: text("name").notNull(),
    /** ISO 3166-1 alpha-2: where text messages to its users may go. Null: as those above it have it. */
    country: text("country"),
  },
  (t) => [
    index("orgs_by_parent")
      .on(t.parent_id)
      .where(sql`parent_id IS NOT NULL`),
  ],
);

/** The people whom we notify. WITHOUT ROWID. */
export const users = sqliteTable(
  "users",
  {
    id: text("id").primaryKey(),
    org_id: text("org_id"),
    name: text("name"),
    email: text("email"),
    email_verified: integer("email_verified", { mode: "boolean" }).notNull(),
    /** In E.164 where `phone_country` is set; any other text is kept as it came. */
    phone: text("phone"),
    /** ISO 3166-1 alpha-2, of the number. Null: it is no number that text messages can be sent to. */
    phone_country: text("phone_country"),
    phone_verified: integer("phone_verified", { mode: "boolean" }).notNull().default(false),
    /** BCP 47. */
    locale: text("locale"),
    /** IANA name. */
    timezone: text("timezone"),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    index("users_by_org")
      .on(t.org_id)
      .where(sql`org_id IS NOT NULL`),
    // The search for people: by the beginning of an address, of a name, and of a name's last word. drizzle-kit cannot write
    // the last of these (migration `last_names`).
    index("users_by_email")
      .on(sql`lower(email)`)
      .where(sql`email IS NOT NULL`),
    index("users_by_name")
      .on(sql`lower(name)`)
      .where(sql`name IS NOT NULL`),
    // Whose number was suppressed, for webhooks.
    index("users_by_phone")
      .on(t.phone)
      .where(sql`phone_verified = 1`),
  ],
);

/**
 * Users who were erased lately: a hash of the id and nothing else. It keeps a token that is still valid from creating the
 * user again. WITHOUT ROWID.
 */
export const erasedUsers = sqliteTable(
  "erased_users",
  {
    id_hash: text("id_hash").primaryKey(),
    expires_at: integer("expires_at").notNull(),
  },
  // Retention.
  (t) => [index("erased_users_expiry").on(t.expires_at)],
);

export const PLATFORMS = ["ios", "android", "web"] as const;

/** Device tokens; each belongs to one user. The id stands for the token in other tables, queues and logs. */
export const deviceTokens = sqliteTable(
  "device_tokens",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    token: text("token").notNull().unique(),
    user_id: text("user_id").notNull(),
    provider: text("provider").notNull(),
    /** The app that it is of, where a provider serves several, each with its own credentials. Null: the default one. */
    app: text("app"),
    /** JSON of a Web Push subscription's keys (`SubscriptionKeys`). Null: sending needs none. */
    keys: text("keys"),
    /** What the device said of itself when it was registered. BCP 47. */
    locale: text("locale"),
    /** IANA name. */
    timezone: text("timezone"),
    app_version: text("app_version"),
    platform: text("platform", { enum: PLATFORMS }).notNull(),
    registered_at: integer("registered_at").notNull(),
    last_used_at: integer("last_used_at"),
    invalidated_at: integer("invalidated_at"),
    invalid_reason: text("invalid_reason"),
  },
  (t) => [
    index("device_tokens_by_user").on(t.user_id),
    // Retention.
    index("device_tokens_dead")
      .on(t.invalidated_at)
      .where(sql`invalidated_at IS NOT NULL`),
  ],
);

export type DeviceToken = typeof deviceTokens.$inferSelect;
