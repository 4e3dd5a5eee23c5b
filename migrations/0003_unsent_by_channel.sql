DROP INDEX `dispatches_unsent`;--> statement-breakpoint
CREATE INDEX `dispatches_unsent` ON `dispatches` (`channel`,`status`) WHERE status IN ('failed', 'bounced', 'cancelled');