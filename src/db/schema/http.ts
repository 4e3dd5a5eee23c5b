import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What a POST with an Idempotency-Key has created. The key is a hash of its owner (src/http/input.ts), method, path
 * and the caller's key; the fingerprint is a hash of the body. Also the console's tickets that have been used, hashed, so that
 * none is used twice. WITHOUT ROWID.
 */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    key: text("key").primaryKey(),
    fingerprint: text("fingerprint").notNull(),
    resource_id: text("resource_id").notNull(),
    expires_at: integer("expires_at").notNull(),
  },
  (t) => [index("idempotency_keys_expiry").on(t.expires_at)],
);
