import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What the `log` providers took, as a real provider would have got it. Only in development, and only the newest
 * 500. WITHOUT ROWID; the key is a UUIDv7 of the time when it was taken.
 */
export const devOutbox = sqliteTable(
  "dev_outbox",
  {
    id: text("id").primaryKey(),
    /** Or `cleared`: what the outbox does not keep itself (in-app messages) is shown only if it came after this row. */
    channel: text("channel").notNull(),
    dispatch_id: text("dispatch_id").notNull(),
    user_id: text("user_id").notNull(),
    type: text("type").notNull(),
    /** The address or the device's token. */
    recipient: text("recipient").notNull(),
    /** JSON of `MessageContent`. */
    message: text("message").notNull(),
  },
  (t) => [
    // Erasure. In production the table is empty.
    index("dev_outbox_by_user").on(t.user_id),
  ],
);
