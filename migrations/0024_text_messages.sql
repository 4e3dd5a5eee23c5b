ALTER TABLE `orgs` ADD `country` text;--> statement-breakpoint
ALTER TABLE `users` ADD `phone_country` text;--> statement-breakpoint
ALTER TABLE `users` ADD `phone_verified` integer DEFAULT false NOT NULL;