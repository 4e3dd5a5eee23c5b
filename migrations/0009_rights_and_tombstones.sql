CREATE TABLE `erased_users` (
	`id_hash` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `erased_users_expiry` ON `erased_users` (`expires_at`);--> statement-breakpoint
ALTER TABLE `dispatches` ADD `sender_org_id` text;--> statement-breakpoint
ALTER TABLE `dispatches` ADD `retry_note` text;