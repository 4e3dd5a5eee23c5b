CREATE TABLE `webhook_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`url` text NOT NULL,
	`description` text,
	`types` text,
	`enabled` integer NOT NULL,
	`disabled_reason` text,
	`disabled_at` integer,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until` integer,
	`failing_since` integer,
	`queued_on` integer NOT NULL,
	`queued_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `webhook_endpoints_by_org` ON `webhook_endpoints` (`org_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_endpoints_enabled` ON `webhook_endpoints` (`org_id`) WHERE enabled = 1;--> statement-breakpoint
CREATE INDEX `dispatches_of_endpoint` ON `dispatches` (`user_id`,`status`) WHERE channel = 'webhook';
--> statement-breakpoint
-- What customers can be told of. An INSERT queues a dispatch for each endpoint that wants it: of the organization, of those
-- above it, and of the service. Triggers insert here in the statement that makes a thing happen, so no code can forget it, a
-- repeated statement that changes nothing tells nothing, and nothing is lost between a fact and its webhook. They ask first
-- whether anybody wants to hear: while nobody does, that reads no row.
CREATE VIEW webhook_events (type, org_id, at, data) AS SELECT NULL, NULL, NULL, NULL WHERE false;
--> statement-breakpoint
-- A wake_at of 0 marks what nobody has been told to send: the next write's own context takes it, or the sweep. A slot is
-- asked of nobody. So that a day is bounded, an endpoint gets no more than 100,000.
CREATE TRIGGER webhook_events_queue INSTEAD OF INSERT ON webhook_events
BEGIN
  INSERT INTO dispatches (id, channel, lane, type, user_id, status, payload, targets, delivered_count, failed_count,
      attempts, claims, slot_at, due_at, wake_at, created_at, updated_at)
    SELECT lower(substr(printf('%012x', new.at), 1, 8) || '-' || substr(printf('%012x', new.at), 9) || '-7' ||
        substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
      'webhook', 'hooks', new.type, 'webhook/' || e.id, 'queued', new.data, 0, 0, 0,
      0, 0, new.at, new.at, 0, new.at, new.at
    FROM (WITH RECURSIVE line(id) AS (
        SELECT '' UNION SELECT new.org_id
        UNION SELECT o.parent_id FROM orgs AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL
      ) SELECT id FROM line) AS line
    CROSS JOIN webhook_endpoints AS e ON e.enabled = 1 AND e.org_id = line.id
    WHERE (e.types IS NULL OR EXISTS (SELECT 1 FROM json_each(e.types) AS t WHERE t.value = new.type))
      AND NOT (e.queued_on = new.at / 86400000 AND e.queued_count >= 100000);
END;
--> statement-breakpoint
CREATE TRIGGER webhook_endpoints_count AFTER INSERT ON dispatches WHEN new.channel = 'webhook'
BEGIN
  UPDATE webhook_endpoints SET queued_on = new.created_at / 86400000,
      queued_count = iif(queued_on = new.created_at / 86400000, queued_count + 1, 1)
    WHERE id = substr(new.user_id, 9);
END;
--> statement-breakpoint
CREATE TRIGGER webhooks_of_outcomes AFTER UPDATE OF status ON dispatches
WHEN new.status IS NOT old.status AND new.status IN ('sent', 'delivered', 'bounced', 'failed', 'cancelled')
  AND new.channel <> 'webhook'
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'message.' || iif(new.status = 'cancelled', 'skipped', new.status), new.org_id, new.updated_at, json_object('id', new.id, 'channel', new.channel, 'type', new.type, 'status', new.status,
    'code', new.error_code, 'user_id', new.user_id, 'org_id', new.org_id,
    'event_id', (SELECT ev.id FROM events AS ev WHERE ev.id = new.batch_id),
    'batch_id', iif(new.type = 'push', new.batch_id, NULL))
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER webhooks_of_instant_outcomes AFTER INSERT ON dispatches
WHEN new.status IN ('sent', 'delivered', 'bounced', 'failed', 'cancelled')
  AND new.channel <> 'webhook'
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'message.' || iif(new.status = 'cancelled', 'skipped', new.status), new.org_id, new.updated_at, json_object('id', new.id, 'channel', new.channel, 'type', new.type, 'status', new.status,
    'code', new.error_code, 'user_id', new.user_id, 'org_id', new.org_id,
    'event_id', (SELECT ev.id FROM events AS ev WHERE ev.id = new.batch_id),
    'batch_id', iif(new.type = 'push', new.batch_id, NULL))
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER webhooks_of_reading AFTER UPDATE OF read_at ON dispatches
WHEN old.read_at IS NULL AND new.read_at IS NOT NULL
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'message.read', new.org_id, new.updated_at, json_object('id', new.id, 'channel', new.channel, 'type', new.type, 'status', new.status,
    'code', new.error_code, 'user_id', new.user_id, 'org_id', new.org_id,
    'event_id', (SELECT ev.id FROM events AS ev WHERE ev.id = new.batch_id),
    'batch_id', iif(new.type = 'push', new.batch_id, NULL))
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER webhooks_of_events AFTER UPDATE OF status ON events
WHEN new.status = 'done' AND old.status = 'running' AND new.dry_run = 0
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'event.completed', new.org_id, new.updated_at, json_object('id', new.id, 'type', new.type,
      'org_id', nullif(new.org_id, ''), 'recipients', new.recipient_count, 'messages', new.message_count,
      'skipped', json(new.skipped))
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER webhooks_of_devices AFTER UPDATE OF invalidated_at ON device_tokens
WHEN old.invalidated_at IS NULL AND new.invalidated_at IS NOT NULL
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'device.invalidated', u.org_id, new.invalidated_at, json_object('user_id', new.user_id,
      'org_id', u.org_id, 'provider', new.provider, 'platform', new.platform, 'app', new.app, 'code', new.invalid_reason)
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1) CROSS JOIN users AS u WHERE u.id = new.user_id;
END;
--> statement-breakpoint
-- Of users whose address is verified: others only pretend to have it.
CREATE TRIGGER webhooks_of_suppressions AFTER INSERT ON suppressions
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'suppression.added', u.org_id, new.created_at, json_object('id', new.id, 'user_id', u.id, 'org_id', u.org_id,
      'channel', 'email', 'code', new.reason, 'expires_at', new.expires_at)
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1) CROSS JOIN users AS u WHERE u.email IS NOT NULL AND lower(u.email) = new.email AND u.email_verified = 1 LIMIT 100;
END;
--> statement-breakpoint
-- Anew: a complaint after a bounce, or a bounce after an earlier one has run out (they are kept for 90 days).
CREATE TRIGGER webhooks_of_further_suppressions AFTER UPDATE OF reason, expires_at ON suppressions
WHEN (new.reason IS NOT old.reason OR old.expires_at <= new.expires_at - 7776000000)
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'suppression.added', u.org_id, CAST(unixepoch('subsec') * 1000 AS INTEGER), json_object('id', new.id,
      'user_id', u.id, 'org_id', u.org_id, 'channel', 'email', 'code', new.reason, 'expires_at', new.expires_at)
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1) CROSS JOIN users AS u WHERE u.email IS NOT NULL AND lower(u.email) = new.email AND u.email_verified = 1 LIMIT 100;
END;
--> statement-breakpoint
CREATE TRIGGER webhooks_of_preferences AFTER UPDATE ON preferences
WHEN (new.email_notifications_enabled IS NOT old.email_notifications_enabled
    OR new.notification_frequency IS NOT old.notification_frequency
    OR new.new_match_notifications IS NOT old.new_match_notifications
    OR new.match_threshold IS NOT old.match_threshold
    OR new.deadline_notifications IS NOT old.deadline_notifications
    OR new.deadline_reminder_days IS NOT old.deadline_reminder_days
    OR new.weekly_digest_enabled IS NOT old.weekly_digest_enabled
    OR new.weekly_digest_day IS NOT old.weekly_digest_day
    OR new.application_status_notifications IS NOT old.application_status_notifications
    OR new.cells IS NOT old.cells OR new.quiet_hours IS NOT old.quiet_hours)
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'preferences.changed', u.org_id, new.updated_at, json_object('user_id', u.id, 'org_id', u.org_id)
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1) CROSS JOIN users AS u WHERE u.id = new.user_id;
END;
--> statement-breakpoint
-- The organization is told where it still can be: at its other endpoints, and at those of the organizations above it.
CREATE TRIGGER webhooks_of_endpoints AFTER UPDATE OF enabled ON webhook_endpoints
WHEN old.enabled = 1 AND new.enabled = 0 AND new.disabled_reason <> 'by_hand'
BEGIN
  INSERT INTO webhook_events (type, org_id, at, data)
    SELECT 'endpoint.disabled', new.org_id, new.updated_at, json_object('id', new.id, 'org_id', nullif(new.org_id, ''),
      'code', new.disabled_reason)
    FROM (SELECT 1 FROM webhook_endpoints WHERE enabled = 1 LIMIT 1);
END;
