-- Facts come in any order: what is known of someone before they are themselves is looked at once they come, whoever
-- inserts them. Looking too early is harmless.
CREATE TRIGGER users_arrive AFTER INSERT ON users
BEGIN
  UPDATE user_schedules SET next_at = min(next_at, new.created_at) - 1 WHERE user_id = new.id;
  INSERT INTO user_schedules (user_id, kind, next_at)
    SELECT new.id, 'certifications', new.created_at
      WHERE EXISTS (SELECT 1 FROM certifications WHERE user_id = new.id AND expires_at > new.created_at)
    UNION ALL SELECT new.id, kind.value, new.created_at FROM (SELECT 'deadlines' AS value UNION ALL SELECT 'digest') AS kind
      WHERE EXISTS (SELECT 1 FROM matches WHERE user_id = new.id)
        OR EXISTS (SELECT 1 FROM applications WHERE user_id = new.id)
    ON CONFLICT DO NOTHING;
END;
