CREATE TABLE `dev_outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`channel` text NOT NULL,
	`dispatch_id` text NOT NULL,
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	`recipient` text NOT NULL,
	`message` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dev_outbox_by_user` ON `dev_outbox` (`user_id`);