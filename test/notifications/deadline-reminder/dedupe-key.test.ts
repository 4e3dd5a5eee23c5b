import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as keys from "../../../src/notifications/deadline-reminder/dedupe-key.ts";
import { valueFor } from "../../outbox/value-of.ts";

test("the text of a key never changes, or a deployed database would send its message again", () => {
  expect(keys.deadlineKey("u:1", "g:1", 86_400_000, 7)).toBe("deadline:u%3A1:g%3A1:86400000:7");
});

test("a key tells the grant and the deadline", async () => {
  const key = sql`${keys.deadlineKey("u:1", "g:1@x", 86_400_000, 7)}`;
  expect(await valueFor(key, keys.DEADLINE_GRANT, keys.IS_DEADLINE)).toBe("g:1@x");
  expect(await valueFor(key, keys.DEADLINE, keys.IS_DEADLINE)).toBe(86_400_000);
});
