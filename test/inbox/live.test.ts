import { expect, test } from "vitest";
import { createHarness } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";
import { givenTab, until } from "./world.ts";

test("a message that is sent reaches an open tab", async () => {
  const h = createHarness();
  const { id } = await givenUser(h);
  const tab = await givenTab(h, { role: "user", sub: id });
  expect(tab.frames).toEqual([{ type: "changes", cursor: "0", unread_count: 0, messages: [] }]);
  const { status, body } = await h.request("POST", "/api/v1/notifications", {
    body: aPush(id, { channels: ["push", "in_app"] }),
  });
  expect(status).toBe(201);
  await until(() => tab.shown.size === 1);
  expect(tab.frames.at(-1)).toMatchObject({ unread_count: 1, messages: [{ id: body.dispatch_ids[1] }] });
});
