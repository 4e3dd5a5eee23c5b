-- The last word of a name. Written by hand: drizzle-kit takes the commas of an expression for those of a list.
CREATE INDEX `users_by_last_name` ON `users` (lower(substr(name, length(rtrim(name, replace(name, ' ', ''))) + 1))) WHERE name LIKE '% %';
