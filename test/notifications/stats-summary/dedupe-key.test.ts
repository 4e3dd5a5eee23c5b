import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { isSummaryOf, summaryKey } from "../../../src/notifications/stats-summary/dedupe-key.ts";
import { valueOf } from "../../outbox/value-of.ts";

test("the text of a key never changes, or a deployed database would send its message again", () => {
  expect(summaryKey("a-subscription", "2026-03")).toBe("summary:a-subscription:2026-03");
});

test.each([
  ["summary:s:2026-03", 1],
  ["summary:s2:2026-03", 0],
  ["summary:sx:2026-03", 0],
  ["summary:r:2026-03", 0],
])("%s is a summary of s: %i", async (key, is) => {
  expect(await valueOf(isSummaryOf("s", sql`${key}`))).toBe(is);
});
