import { type SQL, sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import * as keys from "../../src/outbox/dedupe-keys.ts";
import { createHarness } from "../support/harness.ts";
import { emptyTables } from "../support/pipeline.ts";

const { db } = createHarness().ctx;

/** What an expression is for the database. */
async function valueOf(expression: SQL): Promise<unknown> {
  const { rows } = await db.read({ rows: sql<{ it: unknown }>`SELECT ${expression} AS it` });
  return rows[0]?.it;
}

const json = (value: string): SQL => sql`json_object('id', ${value})->>'id'`;

describe("the text of a key never changes, or a deployed database would send its message again", () => {
  test.each([
    [keys.deadlineKey("u:1", "g:1", 86_400_000, 7), "deadline:u%3A1:g%3A1:86400000:7"],
    [keys.digestKey("u:1", "2026-W13"), "digest:u%3A1:2026-W13"],
    [keys.welcomeKey("u:1"), "welcome:u:1"],
    [keys.reminderKey({ id: "c:1", expires_at: 86_400_000 }, 30), "cert:c:1:86400000:30"],
    [keys.reminderKey({ id: "c:1", expires_at: 86_400_000 }, "a-dispatch"), "cert:c:1:86400000:a-dispatch"],
    [keys.summaryKey("a-subscription", "2026-03"), "summary:a-subscription:2026-03"],
  ])("%s", (key, text) => {
    expect(key).toBe(text);
  });

  test.each([
    ["match:m:1", keys.matchKey(json("m:1"))],
    ["waiting:u:1", keys.waitingFor(json("u:1"))],
    ["status:application:a:1:3", keys.statusKey("application", json("a:1"), sql`2 + 1`)],
    ["status:peer-mentor:p:1:3", keys.statusKey("peer-mentor", json("p:1"), sql`2 + 1`)],
    ["fallback:a-dispatch", keys.fallbackKey(json("a-dispatch"))],
    ["cert:c:1:86400000:", keys.expiryOf(json("c:1"), sql`86400000`)],
  ])("%s", async (text, key) => {
    expect(await valueOf(key)).toBe(text);
  });
});

describe("a key is read back", () => {
  test.each(["a", "a:1", "a:1:2", "7", "status:application:x:1"])("the application %s", async (id) => {
    const key = keys.statusKey("application", json(id), sql`1774526400000 + 1`);
    const is = await valueOf(
      sql`(SELECT ${keys.STATUS_OF} FROM (SELECT ${key} AS key) AS o WHERE ${keys.IS_STATUS})`,
    );
    expect(is).toBe(id);
  });

  test.each([
    ["u", "sent"],
    ["u:1@x", "a:b:"],
    ["ü", "søkt"],
    ["u", ""],
  ])("what %s waits with, the note %j and since when", async (user, note) => {
    const waits = keys.awaitingSince(json(user), 1_774_526_400_000, json(note));
    const { rows } = await db.read({
      rows: sql`SELECT ${keys.awaitingNote(json(user))} AS note, ${keys.AWAITING_SINCE} AS since
        FROM (SELECT ${waits} AS dispatch_id) AS o WHERE ${keys.isAwaiting(json(user))}`,
    });
    expect(rows).toEqual([{ note, since: 1_774_526_400_000 }]);
  });

  test("the match, the user and the expiry in it", async () => {
    expect(await valueOf(sql`(SELECT ${keys.MATCH_ID} FROM (SELECT 'match:m:1' AS key) AS o)`)).toBe("m:1");
    expect(await valueOf(keys.welcomedBy(sql`'welcome:u:1'`))).toBe("u:1");
    const key = keys.reminderKey({ id: "c:1", expires_at: 5 }, "a-dispatch");
    expect(await valueOf(keys.expiryIn(sql`${key}`, sql`'a-dispatch'`))).toBe("cert:c:1:5:");
  });

  test.each([
    ["cert:c:5:30", 1],
    ["cert:c:5:a-dispatch", 1],
    ["cert:c:50:30", 0],
    ["cert:c2:5:30", 0],
  ])("%s reminds of the expiry 5 of c: %i", async (key, is) => {
    expect(await valueOf(keys.remindsOf(sql`${key}`, keys.expiryOf(sql`'c'`, sql`5`)))).toBe(is);
  });

  test.each([
    ["summary:s:2026-03", 1],
    ["summary:s2:2026-03", 0],
    ["summary:sx:2026-03", 0],
    ["summary:r:2026-03", 0],
  ])("%s is a summary of s: %i", async (key, is) => {
    expect(await valueOf(keys.isSummaryOf("s", sql`${key}`))).toBe(is);
  });
});

describe("a user's dedupe keys", () => {
  beforeAll(emptyTables);

  test("are those that name them or wait for them, and nobody else's, whatever the ids hold", async () => {
    const of = (user: string) => [
      [keys.deadlineKey(user, "g", 1, 7), "d"],
      [keys.digestKey(user, "2026-W13"), "d"],
      [keys.welcomeKey(user), "d"],
      [`match:of-${user}`, `waiting:${user}`],
    ];
    const all = ["u", "u:1", "u1", "ux", "t", "v"].flatMap(of);
    const { found } = await db.write({
      keys: sql`INSERT INTO occasions (key, dispatch_id)
        SELECT value->>0, value->>1 FROM json_each(${JSON.stringify(all)})`,
      found: sql<{ key: string; dispatch_id: string }>`SELECT key, dispatch_id FROM occasions
        WHERE ${keys.namesUser("u")}`,
    });
    const rows = found.map((row) => [row.key, row.dispatch_id]);
    expect(rows.toSorted()).toEqual(of("u").toSorted());
  });
});
