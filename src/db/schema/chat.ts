import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What a chat connection leads to. `webhook`: any program that verifies Standard Webhooks. */
export const CHAT_KINDS = ["slack_webhook", "slack_bot", "teams", "discord", "webhook"] as const;
export type ChatKind = (typeof CHAT_KINDS)[number];

/** A connection that refuses. A query must say it in these words, so that SQLite uses the index. */
export const IS_BROKEN = sql.raw("broken_code IS NOT NULL");

/**
 * Where a user or an organization is sent chat messages: one of both owns it. The key is printed as `con_…` everywhere, also
 * as the receiver of a dispatch; it ascends in time. WITHOUT ROWID.
 */
export const chatConnections = sqliteTable(
  "chat_connections",
  {
    id: text("id").primaryKey(),
    user_id: text("user_id"),
    org_id: text("org_id"),
    kind: text("kind", { enum: CHAT_KINDS }).notNull(),
    name: text("name").notNull(),
    /** The id of the channel or the user that a Slack bot writes to; null for the other kinds, whose URL says it. */
    target: text("target"),
    /** JSON of `ChatSecret`, sealed (auth/vault.ts). */
    secret: text("secret").notNull(),
    /** The id of the key that sealed it: during a rotation those of the former key are sealed anew. */
    sealed_by: text("sealed_by").notNull(),
    /** What its owner knows the secret by, without having it. */
    hint: text("hint").notNull(),
    /** When its owner paused it; null: it is not. */
    paused_at: integer("paused_at"),
    /** Why nothing can be sent to it until its owner mends it; null: it works as far as we know. */
    broken_code: text("broken_code"),
    broken_at: integer("broken_at"),
    created_at: integer("created_at").notNull(),
    updated_at: integer("updated_at").notNull(),
  },
  (t) => [
    index("chat_connections_by_user")
      .on(t.user_id)
      .where(sql`user_id IS NOT NULL`),
    index("chat_connections_by_org")
      .on(t.org_id)
      .where(sql`org_id IS NOT NULL`),
    // What is wrong now. One that works never writes here.
    index("chat_connections_broken").on(t.org_id).where(IS_BROKEN),
    index("chat_connections_by_key").on(t.sealed_by),
  ],
);

export type ChatConnection = typeof chatConnections.$inferSelect;
