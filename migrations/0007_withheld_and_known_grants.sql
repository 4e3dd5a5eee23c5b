CREATE TABLE `withheld` (
	`day` integer NOT NULL,
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	`channel` text NOT NULL,
	`reason` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`day`, `user_id`, `type`, `channel`, `reason`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `grants` ADD `created_at` integer;