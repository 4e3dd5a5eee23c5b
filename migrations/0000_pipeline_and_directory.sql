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
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`request_id` text,
	`detail` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `email_totals` (
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`user_id`, `type`, `status`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `optouts` (
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	PRIMARY KEY(`user_id`, `type`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `preferences` (
	`user_id` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`email_notifications_enabled` integer NOT NULL,
	`notification_frequency` text NOT NULL,
	`new_match_notifications` integer NOT NULL,
	`match_threshold` integer NOT NULL,
	`deadline_notifications` integer NOT NULL,
	`deadline_reminder_days` text NOT NULL,
	`weekly_digest_enabled` integer NOT NULL,
	`weekly_digest_day` integer NOT NULL,
	`application_status_notifications` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `suppressions` (
	`email` text PRIMARY KEY NOT NULL,
	`reason` text NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `suppressions_expiry` ON `suppressions` (`expires_at`) WHERE expires_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `user_schedules` (
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`period` text,
	`since` integer,
	`next_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `user_schedules_due` ON `user_schedules` (`kind`,`next_at`);--> statement-breakpoint
CREATE TABLE `activities` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`status` text NOT NULL,
	`minutes` integer NOT NULL,
	`occurred_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `activities_by_user` ON `activities` (`user_id`,`occurred_at`,`status`,`minutes`);--> statement-breakpoint
CREATE TABLE `applications` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`grant_id` text NOT NULL,
	`status` text NOT NULL,
	`status_seq` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `applications_by_user` ON `applications` (`user_id`);--> statement-breakpoint
CREATE INDEX `applications_by_grant` ON `applications` (`grant_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `certifications` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`org_id` text,
	`name` text NOT NULL,
	`expires_at` integer NOT NULL,
	`known_since` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `certifications_by_user` ON `certifications` (`user_id`,`expires_at`);--> statement-breakpoint
CREATE TABLE `deadline_moves` (
	`grant_id` text PRIMARY KEY NOT NULL,
	`after` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `grants` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`url` text,
	`deadline` integer,
	`known_since` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `matches` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`grant_id` text NOT NULL,
	`score` integer NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `matches_by_user` ON `matches` (`user_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `matches_by_grant` ON `matches` (`grant_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `notification_records` (
	`id` text PRIMARY KEY NOT NULL,
	`peer_mentor_id` text NOT NULL,
	`event_type` text NOT NULL,
	`effective_date` integer,
	`reason` text,
	`coordinator_id` text,
	`channels_notified` text NOT NULL,
	`dispatch_ids` text NOT NULL,
	`notes` text,
	`source` text NOT NULL,
	`channels_fixed` integer NOT NULL,
	`sent_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `notification_records_by_mentor` ON `notification_records` (`peer_mentor_id`);--> statement-breakpoint
CREATE INDEX `notification_records_by_coordinator` ON `notification_records` (`coordinator_id`) WHERE coordinator_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `peer_mentors` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text,
	`coordinator_id` text,
	`full_name` text NOT NULL,
	`email` text,
	`phone` text,
	`status` text NOT NULL,
	`status_seq` integer NOT NULL,
	`pause_start_date` integer,
	`pause_reason` text,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `peer_mentors_by_org` ON `peer_mentors` (`org_id`) WHERE org_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `peer_mentors_by_coordinator` ON `peer_mentors` (`coordinator_id`) WHERE coordinator_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `stats_subscriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`time_window` text NOT NULL,
	`status` text NOT NULL,
	`total_activities` integer NOT NULL,
	`completed_activities` integer NOT NULL,
	`completed_minutes` integer NOT NULL,
	`last_refreshed_at` integer NOT NULL,
	`stale_at` integer NOT NULL,
	`period` text NOT NULL,
	`next_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `stats_subscriptions_by_user` ON `stats_subscriptions` (`user_id`,`time_window`);--> statement-breakpoint
CREATE INDEX `stats_subscriptions_by_window` ON `stats_subscriptions` (`time_window`);--> statement-breakpoint
CREATE INDEX `stats_subscriptions_due` ON `stats_subscriptions` (`next_at`);--> statement-breakpoint
CREATE INDEX `stats_subscriptions_stale` ON `stats_subscriptions` (`stale_at`);--> statement-breakpoint
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
	`chunk_id` text,
	`fallback` text,
	`read_at` integer,
	`archived_at` integer,
	`inbox_seq` integer,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	`delivered_at` integer,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dispatches_by_channel` ON `dispatches` (`channel`);--> statement-breakpoint
CREATE INDEX `dispatches_by_user` ON `dispatches` (`user_id`,`channel`);--> statement-breakpoint
CREATE INDEX `dispatches_by_org` ON `dispatches` (`org_id`) WHERE org_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_message` ON `dispatches` (`provider_message_id`) WHERE provider_message_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_batch` ON `dispatches` (`batch_id`) WHERE batch_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_to_wake` ON `dispatches` (`channel`,`wake_at`) WHERE wake_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_unsent` ON `dispatches` (`status`) WHERE status IN ('failed', 'bounced', 'cancelled');--> statement-breakpoint
CREATE INDEX `dispatches_marked` ON `dispatches` (`mark`) WHERE mark IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_type` ON `dispatches` (`type`) WHERE type <> 'push';--> statement-breakpoint
CREATE INDEX `dispatches_by_scenario` ON `dispatches` (`scenario_id`) WHERE scenario_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_by_prompt` ON `dispatches` (`prompt_id`) WHERE prompt_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_inbox` ON `dispatches` (`user_id`,(archived_at IS NOT NULL),`delivered_at`) WHERE channel = 'in_app' AND status = 'delivered';--> statement-breakpoint
CREATE INDEX `dispatches_unread` ON `dispatches` (`user_id`,`delivered_at`) WHERE channel = 'in_app' AND status = 'delivered' AND read_at IS NULL AND archived_at IS NULL;--> statement-breakpoint
CREATE INDEX `dispatches_inbox_changes` ON `dispatches` (`user_id`,`inbox_seq`) WHERE inbox_seq IS NOT NULL;--> statement-breakpoint
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