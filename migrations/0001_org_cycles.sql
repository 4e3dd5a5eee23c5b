-- An organization can never be below itself, whichever way the rows come in.
-- Only one that already has branches can close a circle: the others are not looked at further.
CREATE TRIGGER orgs_no_cycle_on_insert AFTER INSERT ON orgs
WHEN new.parent_id IS NOT NULL AND EXISTS (SELECT 1 FROM orgs WHERE parent_id = new.id)
BEGIN
  SELECT RAISE(ABORT, 'org_cycle') WHERE EXISTS (
    WITH RECURSIVE up(id) AS (
      SELECT new.parent_id
      UNION SELECT o.parent_id FROM orgs o JOIN up ON o.id = up.id WHERE o.parent_id IS NOT NULL
    ) SELECT 1 FROM up WHERE id = new.id);
END;
--> statement-breakpoint
CREATE TRIGGER orgs_no_cycle_on_update AFTER UPDATE OF parent_id ON orgs
WHEN new.parent_id IS NOT NULL AND EXISTS (SELECT 1 FROM orgs WHERE parent_id = new.id)
BEGIN
  SELECT RAISE(ABORT, 'org_cycle') WHERE EXISTS (
    WITH RECURSIVE up(id) AS (
      SELECT new.parent_id
      UNION SELECT o.parent_id FROM orgs o JOIN up ON o.id = up.id WHERE o.parent_id IS NOT NULL
    ) SELECT 1 FROM up WHERE id = new.id);
END;
