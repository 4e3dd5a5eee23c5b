import { beforeEach, expect, test } from "vitest";
import { wasSentSince } from "../../src/outbox/change.ts";
import { createWorld, emptyTables, givenDispatches, givenUsers } from "../support/pipeline.ts";

beforeEach(emptyTables);

const reminder = { channel: "email", lane: "email", type: "certification_reminder" } as const;

const isSentSince = async (h: ReturnType<typeof createWorld>, id: string | undefined) =>
  (await h.ctx.db.read({ since: wasSentSince(h.ctx, id ?? "") })).since.length > 0;

test("a later reminder to the same user says what an earlier one would have said; one to somebody else does not", async () => {
  const h = createWorld();
  const [kari = "", lars = ""] = (await givenUsers(h, 2)).users;
  const [first] = await givenDispatches(h, [kari], reminder);
  const [others] = await givenDispatches(h, [lars], reminder);
  expect(await isSentSince(h, first)).toBe(false);
  const [second] = await givenDispatches(h, [kari], reminder);
  expect(await isSentSince(h, first)).toBe(true);
  expect(await isSentSince(h, second)).toBe(false);
  expect(await isSentSince(h, others)).toBe(false);
});
