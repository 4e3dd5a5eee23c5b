import { describe, expect, test } from "vitest";
import { createHarness, mint } from "../../support/harness.ts";
import { givenActivities, givenMember, givenSubscription, rowsOf } from "./world.ts";

const BASE = "/api/v1/directory/activities";
const h = createHarness();
const YESTERDAY = "2026-03-25T10:00:00.000Z";

const facts = (user_id: string, more: object = {}) => ({
  user_id,
  status: "completed",
  hours: 1,
  occurred_at: YESTERDAY,
  ...more,
});

const put = (id: string, body: unknown) => h.request("PUT", `${BASE}/${id}`, { body });

describe("hours", () => {
  test.each([
    [0, 0],
    [0.1, 0.1],
    [2.5, 2.5],
    [1 / 3, 20 / 60],
    [0.3333, 20 / 60],
    [128.5, 128.5],
    [0.008, 0],
    [0.009, 1 / 60],
    [100_000, 100_000],
  ])("%f are kept to the minute: %f", async (given, kept) => {
    const { body } = await put(mint("act"), facts("usr_1", { hours: given }));
    expect(body.hours).toBe(kept);
  });

  test.each([-0.1, 100_000.1, "1", null])("%j are refused", async (hours) => {
    const { status, body } = await put(mint("act"), facts("usr_1", { hours }));
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer: "/hours" }]);
  });
});

test("an unknown status, a time without an offset and a missing field are named", async () => {
  const { status, body } = await put(mint("act"), {
    user_id: "u",
    status: "done",
    occurred_at: "2026-03-25T10:00",
  });
  expect(status).toBe(400);
  expect(body.errors.map((error: { pointer: string }) => error.pointer).toSorted()).toEqual([
    "/hours",
    "/occurred_at",
    "/status",
  ]);
});

describe("a change outdates the statistics of", () => {
  /** Two users with two subscriptions each, one of them with an activity, and nothing out of date. */
  async function givenTwo() {
    const [kari, ola] = [await givenMember(h), await givenMember(h)];
    const [id = ""] = await givenActivities(h, kari, { at: YESTERDAY });
    for (const user of [kari, ola])
      for (const kind of ["weekly", "yearly"] as const) await givenSubscription(h, user, kind);
    h.clock.advance(1_000);
    return { kari, ola, id };
  }

  const outdated = async (user: string) => {
    const rows = await rowsOf(user);
    expect(rows).toHaveLength(2);
    return rows.filter((row) => row.stale_at <= h.clock.now()).length;
  };

  test.each([
    ["a new activity", (user: string) => put(mint("act"), facts(user))],
    ["another status", (user: string, id: string) => put(id, facts(user, { status: "cancelled" }))],
    ["other hours", (user: string, id: string) => put(id, facts(user, { hours: 2 }))],
    [
      "another time",
      (user: string, id: string) => put(id, facts(user, { occurred_at: "2026-03-24T10:00:00Z" })),
    ],
    ["a deletion", (_: string, id: string) => h.request("DELETE", `${BASE}/${id}`)],
    [
      "an import",
      (user: string, id: string) =>
        h.request("POST", BASE, { body: { items: [{ id, ...facts(user, { hours: 3 }) }] } }),
    ],
  ])("its user alone: %s", async (_, change) => {
    const { kari, ola, id } = await givenTwo();
    expect(await outdated(kari)).toBe(0);
    expect((await change(kari, id)).status).toBeLessThan(300);
    expect(await outdated(kari)).toBe(2);
    expect(await outdated(ola)).toBe(0);
  });

  test("both users, when it goes from one to another", async () => {
    const { kari, ola, id } = await givenTwo();
    await put(id, facts(ola));
    expect([await outdated(kari), await outdated(ola)]).toEqual([2, 2]);
  });

  test("nobody, when it says nothing new", async () => {
    const { kari, id } = await givenTwo();
    h.meter.reset();
    await put(id, facts(kari));
    expect(await outdated(kari)).toBe(0);
    expect(h.meter.rowsWritten).toBe(0);
  });

  test("a user once, however many activities follow before the next tick", async () => {
    const { kari } = await givenTwo();
    await givenActivities(h, kari, { at: YESTERDAY });
    const [before] = await rowsOf(kari);
    h.clock.advance(1_000);
    h.meter.reset();
    await givenActivities(h, kari, ...Array.from({ length: 1_000 }, () => ({ at: YESTERDAY })));
    // A row and its index entry each, and nothing else.
    expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 2_000 });
    expect((await rowsOf(kari))[0]).toEqual(before);
  });

  test("nobody, when it could not be written", async () => {
    const { kari } = await givenTwo();
    h.meter.failNext("before", "D1_ERROR: something else");
    expect((await put(mint("act"), facts(kari))).status).toBe(500);
    expect(await outdated(kari)).toBe(0);
  });
});
