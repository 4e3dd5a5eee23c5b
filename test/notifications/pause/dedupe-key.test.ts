import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as keys from "../../../src/notifications/pause/dedupe-key.ts";
import { fromJson, valueFor, valueOf } from "../../outbox/value-of.ts";

test("the text of a key never changes, or a deployed database would send its message again", async () => {
  expect(await valueOf(keys.pauseKey(fromJson("p:1"), sql`2 + 1`))).toBe("status:peer-mentor:p:1:3");
});

test.each([
  ["status:peer-mentor:p:1:3", 1],
  ["status:application:p:1:3", 0],
])("%s is of a pause or return: %i", async (key, is) => {
  expect(await valueFor(sql`${key}`, keys.IS_PAUSE)).toBe(is);
});
