CREATE TABLE `job_progress` (
	`job` text PRIMARY KEY NOT NULL,
	`up_to` text
) WITHOUT ROWID;
--> statement-breakpoint
-- The former version asks for a receipt with a date of 0 at once, and again a quarter of an hour later.
DROP INDEX `deliveries_receipt_due`;--> statement-breakpoint
CREATE INDEX `deliveries_receipt_due` ON `deliveries` (`receipt_due_at`) WHERE receipt_due_at > 0;