CREATE INDEX `users_by_email` ON `users` (lower(email)) WHERE email IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_by_name` ON `users` (lower(name)) WHERE name IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `topics_by_uuid` ON `topics` (`uuid`);