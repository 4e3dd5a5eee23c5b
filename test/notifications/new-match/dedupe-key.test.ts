import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as keys from "../../../src/notifications/new-match/dedupe-key.ts";
import { fromJson, valueFor, valueOf } from "../../outbox/value-of.ts";

test("the text of a key never changes, or a deployed database would send its message again", async () => {
  expect(await valueOf(keys.matchKey(fromJson("m:1")))).toBe("match:m:1");
});

test("a key tells the match", async () => {
  expect(await valueFor(sql`'match:m:1'`, keys.MATCH_ID, keys.IS_MATCH)).toBe("m:1");
});
