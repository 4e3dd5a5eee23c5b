CREATE TABLE `counted_hours` (
	`hour` integer PRIMARY KEY NOT NULL,
	`counted_at` integer NOT NULL,
	`recount_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `counted_hours_due` ON `counted_hours` (`recount_at`) WHERE recount_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`hour` integer NOT NULL,
	`batch` text NOT NULL,
	`kind` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`hour`, `batch`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hourly_counts` (
	`hour` integer NOT NULL,
	`org_id` text NOT NULL,
	`channel` text NOT NULL,
	`provider` text NOT NULL,
	`status` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`hour`, `org_id`, `channel`, `provider`, `status`)
) WITHOUT ROWID;
