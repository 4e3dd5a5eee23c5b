import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as keys from "../../../src/notifications/certification-reminder/dedupe-key.ts";
import { fromJson, valueOf } from "../../outbox/value-of.ts";

const certificate = { id: "c:1", expires_at: 86_400_000 };

test.each([
  [30, "cert:c:1:86400000:30"],
  ["a-dispatch", "cert:c:1:86400000:a-dispatch"],
])(
  "the text of a key never changes, or a deployed database would send its message again: %s",
  (why, text) => {
    expect(keys.reminderKey(certificate, why)).toBe(text);
  },
);

test("all keys of an expiry begin alike, and a key tells how", async () => {
  const prefix = "cert:c:1:86400000:";
  expect(await valueOf(keys.keyPrefix(fromJson("c:1"), sql`86400000`))).toBe(prefix);
  const key = sql`${keys.reminderKey(certificate, "a-dispatch")}`;
  expect(await valueOf(keys.keyPrefixIn(key, sql`'a-dispatch'`))).toBe(prefix);
});

test.each([
  ["cert:c:5:30", 1],
  ["cert:c:5:a-dispatch", 1],
  ["cert:c:50:30", 0],
  ["cert:c2:5:30", 0],
])("%s reminds of the expiry 5 of c: %i", async (key, is) => {
  expect(await valueOf(keys.hasPrefix(sql`${key}`, keys.keyPrefix(sql`'c'`, sql`5`)))).toBe(is);
});
