import { expect, test } from "vitest";
import { activities } from "../../src/directory/activities.ts";
import { on } from "../../src/directory/reaction.ts";
import { users } from "../../src/directory/users.ts";

test("a reaction to removals is refused for a collection that removes by itself, since it would not run", () => {
  const reaction = { removed: () => [] };
  expect(() => on(users, reaction)).toThrow("users removes by itself");
  expect(on(activities, reaction)).toEqual(["activities", [reaction]]);
});
