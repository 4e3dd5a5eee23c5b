import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What POSTs with an Idempotency-Key have created. `key` is a hash of owner (src/http/idempotency.ts), method, path and the
 * caller's key; the fingerprint is a hash of the body. WITHOUT ROWID.
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
