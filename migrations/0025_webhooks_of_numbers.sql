CREATE INDEX `users_by_phone` ON `users` (`phone`) WHERE phone_verified = 1;--> statement-breakpoint
-- As webhooks_of_suppressions, which knows addresses only: a number has no @, and each trigger finds nobody by the other's.
-- Of users whose number is verified: others only pretend to have it.
CREATE TRIGGER webhooks_of_suppressed_numbers AFTER INSERT ON suppressions WHEN instr(new.email, '@') = 0
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'suppression.added', u.org_id, new.created_at, json_object('id', new.id, 'user_id', u.id, 'org_id', u.org_id,
      'channel', 'sms', 'code', new.reason, 'expires_at', new.expires_at)
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1) CROSS JOIN users AS u WHERE u.phone = new.email AND u.phone_verified = 1 LIMIT 100;
END;
--> statement-breakpoint
-- Anew: a STOP after a bounce, or a bounce after an earlier one has run out (they are kept for 90 days).
CREATE TRIGGER webhooks_of_further_suppressed_numbers AFTER UPDATE OF reason, expires_at ON suppressions
WHEN instr(new.email, '@') = 0 AND (new.reason IS NOT old.reason OR old.expires_at <= new.expires_at - 7776000000)
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'suppression.added', u.org_id, CAST(unixepoch('subsec') * 1000 AS INTEGER), json_object('id', new.id,
      'user_id', u.id, 'org_id', u.org_id, 'channel', 'sms', 'code', new.reason, 'expires_at', new.expires_at)
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1) CROSS JOIN users AS u WHERE u.phone = new.email AND u.phone_verified = 1 LIMIT 100;
END;
