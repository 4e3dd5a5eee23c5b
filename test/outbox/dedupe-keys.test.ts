import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as keys from "../../src/outbox/dedupe-keys.ts";
import { createHarness } from "../support/harness.ts";
import { emptyTables } from "../support/pipeline.ts";
import { fromJson, valueFor, valueOf } from "./value-of.ts";

const { db } = createHarness().ctx;

test("the text of a fallback's key never changes, or a deployed database would send its message again", async () => {
  expect(await valueOf(keys.fallbackKey(fromJson("a-dispatch")))).toBe("fallback:a-dispatch");
});

test.each(["u", "u:1", "u@example.com", "a:b@c:"])(
  "the part %s is the same in SQL, and read back",
  async (id) => {
    const encoded = await valueOf(keys.partInSql(fromJson(id)));
    expect(encoded).toBe(keys.part(id));
    expect(await valueFor(sql`'kind:' || ${encoded} || ':x'`, keys.partOfKey(1))).toBe(id);
  },
);

test.each([
  ["part", "kind:u", 0],
  ["part", "kind:u:x", 1],
  ["part", "kind:u%3A1:x", 0],
  ["part", "kinds:u:x", 0],
  ["rest", "kind:u", 1],
  ["rest", "kind:u:1", 0],
  [null, "kind:u", 0],
  [null, "kind:u:x", 0],
] as const)("with the user as %s, the key %s names u: %i", async (user, key, is) => {
  const named = keys.namesUser([{ kind: "kind", user }], "u");
  expect(await valueOf(sql`(SELECT count(*) FROM (SELECT ${key} AS key) AS occasions WHERE ${named})`)).toBe(
    is,
  );
});

test("no form names no user", async () => {
  await emptyTables();
  const { found } = await db.write({
    key: sql`INSERT INTO occasions (key, dispatch_id) VALUES ('kind:u', 'd')`,
    found: sql`SELECT key FROM occasions WHERE ${keys.namesUser([], "u")}`,
  });
  expect(found).toEqual([]);
});
