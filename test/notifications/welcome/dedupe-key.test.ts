import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { welcomedBy, welcomeKey } from "../../../src/notifications/welcome/dedupe-key.ts";
import { valueOf } from "../../outbox/value-of.ts";

test("the text of a key never changes, or a deployed database would send its message again", () => {
  expect(welcomeKey("u:1")).toBe("welcome:u:1");
});

test("a key tells who is welcomed", async () => {
  expect(await valueOf(welcomedBy(sql`'welcome:u:1'`))).toBe("u:1");
});
