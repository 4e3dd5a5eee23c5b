CREATE TABLE `__new_hourly_counts` (
	`hour` integer NOT NULL,
	`org_id` text NOT NULL,
	`channel` text NOT NULL,
	`provider` text NOT NULL,
	`status` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`org_id`, `hour`, `channel`, `provider`, `status`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_hourly_counts`("hour", "org_id", "channel", "provider", "status", "n") SELECT "hour", "org_id", "channel", "provider", "status", "n" FROM `hourly_counts`;--> statement-breakpoint
DROP TABLE `hourly_counts`;--> statement-breakpoint
ALTER TABLE `__new_hourly_counts` RENAME TO `hourly_counts`;--> statement-breakpoint
CREATE INDEX `hourly_counts_by_hour` ON `hourly_counts` (`hour`);--> statement-breakpoint
CREATE INDEX `withheld_unwished` ON `withheld` (`day`) WHERE reason IN ('no_words', 'no_address', 'unverified', 'no_device', 'unknown_user', 'unknown_grant', 'throttled');--> statement-breakpoint
CREATE INDEX `dispatches_in_trouble` ON `dispatches` (`org_id`) WHERE org_id IS NOT NULL AND (status IN ('failed', 'bounced') OR (status = 'queued' AND error_code IS NOT NULL AND error_code NOT IN ('quiet_hours', 'earlier_open')));