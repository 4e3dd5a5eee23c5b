-- Numbers what a user's inbox shows in the order of the commits, whoever writes it: "what is new since n" then loses
-- nothing. A number is never below the time (ms), so that one of a row that is gone is not given again.
CREATE TRIGGER dispatches_inbox_arrival AFTER INSERT ON dispatches
WHEN new.channel = 'in_app' AND new.status = 'delivered'
BEGIN
  UPDATE dispatches SET inbox_seq = max(new.updated_at, 1 + coalesce(
    (SELECT d.inbox_seq FROM dispatches d WHERE d.user_id = new.user_id AND d.inbox_seq IS NOT NULL
      ORDER BY d.inbox_seq DESC LIMIT 1), 0))
  WHERE id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER dispatches_inbox_change AFTER UPDATE OF status, read_at, archived_at ON dispatches
WHEN new.channel = 'in_app' AND new.status = 'delivered' AND (new.status IS NOT old.status
  OR new.read_at IS NOT old.read_at OR new.archived_at IS NOT old.archived_at)
BEGIN
  UPDATE dispatches SET inbox_seq = max(new.updated_at, 1 + coalesce(
    (SELECT d.inbox_seq FROM dispatches d WHERE d.user_id = new.user_id AND d.inbox_seq IS NOT NULL
      ORDER BY d.inbox_seq DESC LIMIT 1), 0))
  WHERE id = new.id;
END;
