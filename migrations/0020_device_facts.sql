ALTER TABLE `device_tokens` ADD `app` text;--> statement-breakpoint
ALTER TABLE `device_tokens` ADD `keys` text;--> statement-breakpoint
ALTER TABLE `device_tokens` ADD `locale` text;--> statement-breakpoint
ALTER TABLE `device_tokens` ADD `timezone` text;--> statement-breakpoint
ALTER TABLE `device_tokens` ADD `app_version` text;