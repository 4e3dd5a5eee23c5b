CREATE TABLE `chat_connections` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text,
	`org_id` text,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`target` text,
	`secret` text NOT NULL,
	`sealed_by` text NOT NULL,
	`hint` text NOT NULL,
	`paused_at` integer,
	`broken_code` text,
	`broken_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `chat_connections_by_user` ON `chat_connections` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `chat_connections_by_org` ON `chat_connections` (`org_id`) WHERE org_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `chat_connections_by_key` ON `chat_connections` (`sealed_by`);