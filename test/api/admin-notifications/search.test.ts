import { beforeEach, expect, test } from "vitest";
import { printId } from "../../../src/lib/ids.ts";
import { createWorld, emptyTables, givenDispatches } from "../../support/pipeline.ts";
import { givenUser } from "../../support/world.ts";

const PATH = "/api/v1/admin/notifications/search";

beforeEach(emptyTables);

test("finds messages as a person looks for them, page by page", async () => {
  const h = createWorld();
  const { id } = await givenUser(h, { email: "kari@example.com" });
  const made = await givenDispatches(h, [id, id, id]);
  const failure = { code: "no_device", message: "No device" };
  const [failed = ""] = await givenDispatches(h, [id], { failure });
  const newest = [...made, failed].toReversed().map((one) => printId("dsp", one));
  const search = async (body: object) => {
    const answer = await h.request("POST", PATH, { body });
    expect(answer.status).toBe(200);
    return {
      ids: answer.body.data.map((row: { dispatch_id: string }) => row.dispatch_id),
      next: answer.body.pagination.next_cursor,
    };
  };
  h.meter.reset();
  expect(await search({ query: "kari@example.com" })).toEqual({ ids: newest, next: undefined });
  expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
  expect((await search({})).ids).toEqual(newest);
  expect((await search({ statuses: ["failed", "bounced"] })).ids).toEqual([printId("dsp", failed)]);
  expect((await search({ query: failed, statuses: ["queued"] })).ids).toEqual([printId("dsp", failed)]);
  const first = await search({ query: id, limit: 3 });
  expect(first.ids).toEqual(newest.slice(0, 3));
  expect(await search({ query: id, limit: 3, cursor: first.next })).toEqual({
    ids: newest.slice(3),
    next: undefined,
  });
  const at = new Date(h.clock.now()).toISOString();
  expect((await search({ from: at })).ids).toEqual(newest);
  expect((await search({ to: at })).ids).toEqual([]);
});

test("names every field that is wrong", async () => {
  const h = createWorld();
  const body = { query: "x".repeat(300), statuses: ["lost"], limit: 0, to: "now", who: 1 };
  const { status, body: problem } = await h.request("POST", PATH, { body });
  expect(status).toBe(400);
  const pointers = problem.errors.map(({ pointer }: { pointer: string }) => pointer);
  expect(pointers).toEqual(expect.arrayContaining(["/query", "/statuses/0", "/limit", "/to", "/who"]));
});
