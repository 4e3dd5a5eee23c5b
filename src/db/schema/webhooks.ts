import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Why an endpoint gets nothing: somebody switched it off, it has answered 410, or it has failed for days. */
export const DISABLED_REASONS = ["by_hand", "gone", "failing"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** An endpoint that takes nothing. A query must say it in these words, so that SQLite uses the index. */
export const HAS_FAILED = sql.raw("(failing_since IS NOT NULL OR disabled_reason IN ('gone', 'failing'))");

/**
 * Where customers want to hear of what happens to their messages. Triggers (migration `webhooks`) queue a dispatch on the
 * channel `webhook` for each endpoint that wants an event, in the statement that makes it happen: its `user_id` is
 * `webhook/` and the endpoint's id, which no user can have, and its `payload` what the event is about. WITHOUT ROWID.
 */
export const webhookEndpoints = sqliteTable(
  "webhook_endpoints",
  {
    /** UUIDv7. */
    id: text("id").primaryKey(),
    /** It hears of this organization and of all below it; `""`: of everything. */
    org_id: text("org_id").notNull(),
    url: text("url").notNull(),
    description: text("description"),
    /** JSON array of the types of events that it wants. Null: all, also those that are new. */
    types: text("types"),
    enabled: integer("enabled", { mode: "boolean" }).notNull(),
    disabled_reason: text("disabled_reason", { enum: DISABLED_REASONS }),
    disabled_at: integer("disabled_at"),
    /** The secret that signs, sealed. */
    secret: text("secret").notNull(),
    /** The one before it, sealed: it signs, too, until `previous_until`. */
    previous_secret: text("previous_secret"),
    previous_until: integer("previous_until"),
    /** The first failure since it last worked, epoch ms. Null: it works, or has got nothing yet. */
    failing_since: integer("failing_since"),
    /** The day (since 1970, UTC) of `queued_count`: a trigger counts what is queued, so that a day is bounded. */
    queued_on: integer("queued_on").notNull(),
    queued_count: integer("queued_count").notNull(),
    /** Those of `queued_count` that users cause at will. They may fill half of the day, and leave the rest to what matters more. */
    queued_by_users: integer("queued_by_users").notNull().default(0),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    // The list of an organization.
    index("webhook_endpoints_by_org").on(t.org_id, t.id),
    // Who wants to hear. Without any endpoint it is empty, and to ask it costs nothing.
    index("webhook_endpoints_enabled")
      .on(t.org_id)
      .where(sql`enabled = 1`),
    // What is wrong now. One that works never writes here.
    index("webhook_endpoints_failed").on(t.org_id).where(HAS_FAILED),
  ],
);

export type WebhookEndpoint = typeof webhookEndpoints.$inferSelect;
