import { expect, test } from "vitest";
import { digestKey } from "../../../src/notifications/weekly-digest/dedupe-key.ts";

test("the text of a key never changes, or a deployed database would send its message again", () => {
  expect(digestKey("u:1", "2026-W13")).toBe("digest:u%3A1:2026-W13");
});
