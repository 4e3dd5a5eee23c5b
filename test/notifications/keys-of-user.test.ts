import { sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { deadlineKey } from "../../src/notifications/deadline-reminder/dedupe-key.ts";
import { digestKey } from "../../src/notifications/weekly-digest/dedupe-key.ts";
import { welcomeKey } from "../../src/notifications/welcome/dedupe-key.ts";
import { namesUser } from "../../src/outbox/dedupe-keys.ts";
import { createHarness } from "../support/harness.ts";
import { emptyTables } from "../support/pipeline.ts";

const { db, types } = createHarness().ctx;

beforeAll(emptyTables);

test("the dedupe keys that name a user are found, and nobody else's, whatever the ids hold", async () => {
  const of = (user: string) => [deadlineKey(user, "g", 1, 7), digestKey(user, "2026-W13"), welcomeKey(user)];
  const all = [...["u", "u:1", "u1", "ux", "t", "v"].flatMap(of), "match:u", "cert:u:5:30", "summary:u:2026"];
  const { found } = await db.write({
    keys: sql`INSERT INTO occasions (key, dispatch_id) SELECT value, 'd' FROM json_each(${JSON.stringify(all)})`,
    found: sql<{ key: string }>`SELECT key FROM occasions WHERE ${namesUser(types.userKeys, "u")}`,
  });
  expect(found.map(({ key }) => key).toSorted()).toEqual(of("u").toSorted());
});
