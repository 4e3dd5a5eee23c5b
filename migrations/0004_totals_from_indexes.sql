DROP INDEX `dispatches_unsent`;--> statement-breakpoint
DROP INDEX `dispatches_by_scenario`;--> statement-breakpoint
DROP INDEX `dispatches_by_prompt`;--> statement-breakpoint
CREATE INDEX `dispatches_unsent` ON `dispatches` (`channel`,`status`,`id`,`mark`) WHERE status IN ('failed', 'bounced', 'cancelled');--> statement-breakpoint
CREATE INDEX `dispatches_by_scenario` ON `dispatches` (`scenario_id`,`id`,`channel`) WHERE scenario_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_prompt` ON `dispatches` (`prompt_id`,`id`,`channel`) WHERE prompt_id IS NOT NULL;