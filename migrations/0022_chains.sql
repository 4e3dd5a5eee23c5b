ALTER TABLE `dispatches` ADD `chain` text;--> statement-breakpoint
ALTER TABLE `dispatches` ADD `follow_at` integer;--> statement-breakpoint
ALTER TABLE `dispatches` ADD `follows` text;--> statement-breakpoint
CREATE INDEX `dispatches_to_follow` ON `dispatches` (`follow_at`) WHERE follow_at IS NOT NULL;--> statement-breakpoint
-- Until now only a dedupe key said which dispatch another one follows.
UPDATE `dispatches` SET `follows` = substr(o.key, 10) FROM `occasions` AS o
  WHERE o.key >= 'fallback:' AND o.key < 'fallback;' AND `dispatches`.id = o.dispatch_id;
