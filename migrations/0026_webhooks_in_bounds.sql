ALTER TABLE `webhook_endpoints` ADD `queued_by_users` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `dispatches_about_user` ON `dispatches` ((payload->>'user_id')) WHERE instr(user_id, '/') > 0;
--> statement-breakpoint
-- As in migration webhooks, but what users cause at will may fill half of an endpoint's day only: nobody can hide a bounce
-- behind a flood of changed preferences.
DROP TRIGGER webhook_events_queue;
--> statement-breakpoint
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
      AND NOT (e.queued_on = new.at / 86400000 AND (e.queued_count >= 100000
        OR (e.queued_by_users >= 50000 AND new.type IN ('preferences.changed', 'message.read', 'device.invalidated'))));
END;
--> statement-breakpoint
DROP TRIGGER webhook_endpoints_count;
--> statement-breakpoint
CREATE TRIGGER webhook_endpoints_count AFTER INSERT ON dispatches WHEN new.channel = 'webhook'
BEGIN
  UPDATE webhook_endpoints SET queued_on = new.created_at / 86400000,
      queued_count = iif(queued_on = new.created_at / 86400000, queued_count + 1, 1),
      queued_by_users = iif(queued_on = new.created_at / 86400000, queued_by_users, 0)
        + (new.type IN ('preferences.changed', 'message.read', 'device.invalidated'))
    WHERE id = substr(new.user_id, 9);
END;
