CREATE TABLE `device_tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`token` text NOT NULL,
	`user_id` text NOT NULL,
	`provider` text NOT NULL,
	`platform` text NOT NULL,
	`registered_at` integer NOT NULL,
	`last_used_at` integer,
	`invalidated_at` integer,
	`invalid_reason` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `device_tokens_token_unique` ON `device_tokens` (`token`);--> statement-breakpoint
CREATE INDEX `device_tokens_by_user` ON `device_tokens` (`user_id`);--> statement-breakpoint
CREATE INDEX `device_tokens_dead` ON `device_tokens` (`invalidated_at`) WHERE invalidated_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `orgs` (
	`id` text PRIMARY KEY NOT NULL,
	`parent_id` text,
	`name` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `orgs_by_parent` ON `orgs` (`parent_id`) WHERE parent_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text,
	`name` text,
	`email` text,
	`email_verified` integer NOT NULL,
	`phone` text,
	`locale` text,
	`timezone` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `users_by_org` ON `users` (`org_id`) WHERE org_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`key` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`resource_id` text NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `deliveries` (
	`dispatch_id` text NOT NULL,
	`device_id` integer NOT NULL,
	`status` text NOT NULL,
	`provider` text NOT NULL,
	`ticket_id` text,
	`error` text,
	`accepted_at` integer,
	`receipt_due_at` integer,
	PRIMARY KEY(`dispatch_id`, `device_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `deliveries_receipt_due` ON `deliveries` (`receipt_due_at`) WHERE receipt_due_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `dispatches` (
	`id` text PRIMARY KEY NOT NULL,
	`channel` text NOT NULL,
	`lane` text NOT NULL,
	`type` text NOT NULL,
	`org_id` text,
	`user_id` text NOT NULL,
	`batch_id` text,
	`status` text NOT NULL,
	`mark` text,
	`note` text,
	`error_code` text,
	`error` text,
	`title` text,
	`body` text,
	`data` text,
	`payload` text,
	`to_address` text,
	`grant_id` text,
	`match_id` text,
	`scenario_id` text,
	`prompt_id` text,
	`provider` text,
	`provider_message_id` text,
	`targets` integer NOT NULL,
	`delivered_count` integer NOT NULL,
	`failed_count` integer NOT NULL,
	`attempts` integer NOT NULL,
	`claims` integer NOT NULL,
	`scheduled_at` integer,
	`slot_at` integer,
	`due_at` integer NOT NULL,
	`wake_at` integer,
	`expires_at` integer,
	`claim_id` text,
	`lease_until` integer,
	`fallback` text,
	`read_at` integer,
	`archived_at` integer,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	`delivered_at` integer,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dispatches_by_channel` ON `dispatches` (`channel`);--> statement-breakpoint
CREATE INDEX `dispatches_by_user` ON `dispatches` (`user_id`,`channel`);--> statement-breakpoint
CREATE INDEX `dispatches_by_org` ON `dispatches` (`org_id`) WHERE org_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_batch` ON `dispatches` (`batch_id`) WHERE batch_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_to_wake` ON `dispatches` (`channel`,`wake_at`) WHERE wake_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_unsent` ON `dispatches` (`status`) WHERE status IN ('failed', 'bounced', 'cancelled');--> statement-breakpoint
CREATE INDEX `dispatches_marked` ON `dispatches` (`mark`) WHERE mark IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_scenario` ON `dispatches` (`scenario_id`) WHERE scenario_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_prompt` ON `dispatches` (`prompt_id`) WHERE prompt_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `job_runs` (
	`job` text PRIMARY KEY NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`error` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `occasions` (
	`key` text PRIMARY KEY NOT NULL,
	`dispatch_id` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `occasions_by_dispatch` ON `occasions` (`dispatch_id`);