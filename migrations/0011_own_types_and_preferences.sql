CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`sender_org_id` text,
	`type` text NOT NULL,
	`type_data` text NOT NULL,
	`key` text,
	`data` text NOT NULL,
	`actor` text,
	`recipients` text NOT NULL,
	`channels` text,
	`dry_run` integer NOT NULL,
	`status` text NOT NULL,
	`send_at` integer,
	`expires_at` integer,
	`after` text NOT NULL,
	`portion_id` text,
	`recipient_count` integer NOT NULL,
	`message_count` integer NOT NULL,
	`skipped` text NOT NULL,
	`next_at` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `events_by_org` ON `events` (`org_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_key` ON `events` (`org_id`,`type`,`key`) WHERE key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `events_to_continue` ON `events` (`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `org_settings` (
	`org_id` text PRIMARY KEY NOT NULL,
	`preferences` text,
	`quiet_hours` text,
	`locale` text,
	`brand` text,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `own_types` (
	`id` text NOT NULL,
	`org_id` text NOT NULL,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`id`, `org_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `own_types_by_org` ON `own_types` (`org_id`,`id`);--> statement-breakpoint
CREATE TABLE `topic_subscribers` (
	`topic` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`topic`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `topic_subscribers_by_user` ON `topic_subscribers` (`user_id`);--> statement-breakpoint
CREATE TABLE `topics` (
	`org_id` text NOT NULL,
	`id` text NOT NULL,
	`uuid` text NOT NULL,
	`name` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`org_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `wording_versions` (
	`type` text NOT NULL,
	`channel` text NOT NULL,
	`org_id` text NOT NULL,
	`locale` text NOT NULL,
	`version` integer NOT NULL,
	`fields` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`type`, `channel`, `org_id`, `locale`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `wordings` (
	`type` text NOT NULL,
	`channel` text NOT NULL,
	`org_id` text NOT NULL,
	`locale` text NOT NULL,
	`published` integer,
	`published_at` integer,
	`latest` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`type`, `channel`, `org_id`, `locale`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `wordings_by_org` ON `wordings` (`org_id`,`type`,`channel`,`locale`);--> statement-breakpoint
CREATE TABLE `__new_preferences` (
	`user_id` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`email_notifications_enabled` integer,
	`notification_frequency` text NOT NULL,
	`new_match_notifications` integer,
	`match_threshold` integer NOT NULL,
	`deadline_notifications` integer,
	`deadline_reminder_days` text NOT NULL,
	`weekly_digest_enabled` integer,
	`weekly_digest_day` integer NOT NULL,
	`application_status_notifications` integer,
	`cells` text,
	`quiet_hours` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
-- By hand: "on" was the default, and cannot be told from a choice, so it becomes "not chosen". Opt-outs become cells.
INSERT INTO `__new_preferences` (`user_id`, `id`, `email_notifications_enabled`, `notification_frequency`, `new_match_notifications`,
	`match_threshold`, `deadline_notifications`, `deadline_reminder_days`, `weekly_digest_enabled`, `weekly_digest_day`,
	`application_status_notifications`, `cells`, `quiet_hours`, `created_at`, `updated_at`)
SELECT user_id, id, nullif(email_notifications_enabled, 1), notification_frequency, nullif(new_match_notifications, 1),
	match_threshold, nullif(deadline_notifications, 1), deadline_reminder_days, nullif(weekly_digest_enabled, 1), weekly_digest_day,
	nullif(application_status_notifications, 1),
	(SELECT iif(count(*) = 0, NULL, json_group_object(category, json('{"email":false}'))) FROM
		(SELECT DISTINCT CASE
			WHEN type = 'certification_reminder' THEN 'certifications' WHEN type = 'welcome' THEN 'account'
			WHEN type LIKE 'pause_%' THEN 'mentors' WHEN type = 'stats_summary' THEN 'activity' ELSE 'messages' END AS category
		FROM `optouts` WHERE `optouts`.user_id = `preferences`.user_id)),
	NULL, created_at, updated_at
FROM `preferences`;
--> statement-breakpoint
DROP TABLE `preferences`;--> statement-breakpoint
ALTER TABLE `__new_preferences` RENAME TO `preferences`;