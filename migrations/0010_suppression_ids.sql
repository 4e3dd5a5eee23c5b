-- By hand: SQLite adds no column whose default is computed, so the table is made anew. An event may have named its
-- recipient as `Kari <kari@example.com>`: such a row matched nobody, and is unwrapped.
CREATE TABLE `__new_suppressions` (
	`email` text PRIMARY KEY NOT NULL,
	`id` text DEFAULT (lower(
  substr(printf('%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)), 1, 8) || '-' ||
  substr(printf('%012x', CAST(unixepoch('subsec') * 1000 AS INTEGER)), 9) || '-7' ||
  substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))) NOT NULL,
	`reason` text NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_suppressions` (`email`, `id`, `reason`, `expires_at`, `created_at`)
SELECT lower(trim(iif(email LIKE '%<%>', substr(email, instr(email, '<') + 1, length(email) - instr(email, '<') - 1), email))),
	lower(substr(printf('%012x', created_at), 1, 8) || '-' || substr(printf('%012x', created_at), 9) || '-7' ||
		substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
	reason, expires_at, created_at
FROM `suppressions` WHERE true
ON CONFLICT (`email`) DO UPDATE SET reason = 'complaint', expires_at = NULL WHERE excluded.reason = 'complaint';
--> statement-breakpoint
DROP TABLE `suppressions`;--> statement-breakpoint
ALTER TABLE `__new_suppressions` RENAME TO `suppressions`;--> statement-breakpoint
CREATE UNIQUE INDEX `suppressions_by_id` ON `suppressions` (`id`);--> statement-breakpoint
CREATE INDEX `suppressions_expiry` ON `suppressions` (`expires_at`) WHERE expires_at IS NOT NULL;
