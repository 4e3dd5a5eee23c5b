import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import * as placeholders from "../../src/outbox/placeholders.ts";
import { createHarness } from "../support/harness.ts";
import { emptyTables } from "../support/pipeline.ts";
import { fromJson, valueOf } from "./value-of.ts";

const { db } = createHarness().ctx;

describe("the text of a placeholder never changes, or what waits in a deployed database would wait for ever", () => {
  test.each([
    ["waiting:u:1", placeholders.waitingFor(fromJson("u:1"))],
    ["awaiting:u%3A1:1774526400000", placeholders.awaitingSince(fromJson("u:1"), 1_774_526_400_000)],
    ["awaiting:u%3A1:n:5", placeholders.awaitingSince(fromJson("u:1"), sql`5`, fromJson("n"))],
  ])("%s", async (text, placeholder) => {
    expect(await valueOf(placeholder)).toBe(text);
  });
});

test.each([
  ["u", "sent"],
  ["u:1@x", "a:b:"],
  ["ü", "søkt"],
  ["u", ""],
])("what %s waits with, the note %j and since when, is read back", async (user, note) => {
  const waits = placeholders.awaitingSince(fromJson(user), 1_774_526_400_000, fromJson(note));
  const { rows } = await db.read({
    rows: sql`SELECT ${placeholders.awaitingNote(fromJson(user))} AS note, ${placeholders.AWAITING_SINCE} AS since
      FROM (SELECT ${waits} AS dispatch_id) AS o WHERE ${placeholders.isAwaiting(fromJson(user))}`,
  });
  expect(rows).toEqual([{ note, since: 1_774_526_400_000 }]);
});

describe("what waits for a user", () => {
  beforeAll(emptyTables);

  test("is found, and nobody else's, whatever the ids hold", async () => {
    const of = (user: string) => [
      [`match:of-${user}`, `waiting:${user}`],
      [`match:early-${user}`, `awaiting:${encodeURIComponent(user)}:1774526400000`],
    ];
    const all = ["u", "u:1", "u1", "ux", "t", "v"].flatMap(of);
    const { found } = await db.write({
      keys: sql`INSERT INTO occasions (key, dispatch_id)
        SELECT value->>0, value->>1 FROM json_each(${JSON.stringify(all)})`,
      found: sql<{ key: string; dispatch_id: string }>`SELECT key, dispatch_id FROM occasions
        WHERE ${placeholders.waitsForUser("u")}`,
    });
    expect(found.map((row) => [row.key, row.dispatch_id]).toSorted()).toEqual(of("u").toSorted());
  });
});
