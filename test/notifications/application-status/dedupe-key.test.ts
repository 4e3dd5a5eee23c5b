import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as keys from "../../../src/notifications/application-status/dedupe-key.ts";
import { fromJson, valueFor, valueOf } from "../../outbox/value-of.ts";

test("the text of a key never changes, or a deployed database would send its message again", async () => {
  expect(await valueOf(keys.statusKey(fromJson("a:1"), sql`2 + 1`))).toBe("status:application:a:1:3");
});

test.each(["a", "a:1", "a:1:2", "7", "status:application:x:1"])(
  "a key tells the application %s",
  async (id) => {
    const key = keys.statusKey(fromJson(id), sql`1774526400000 + 1`);
    expect(await valueFor(key, keys.STATUS_OF, keys.IS_STATUS)).toBe(id);
  },
);
