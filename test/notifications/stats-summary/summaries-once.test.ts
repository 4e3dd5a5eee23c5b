import { beforeEach, describe, expect, test } from "vitest";
import { sendSummaries } from "../../../src/notifications/stats-summary/job.ts";
import type { Harness } from "../../support/harness.ts";
import { givenFollower, noSubscriptions, onThursday, periodsSent, tickAt } from "./world.ts";

beforeEach(noSubscriptions);

describe("is sent once", () => {
  test("by two ticks at the same time", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    await Promise.all([h.tick(), h.tick(), h.tick()]);
    await h.drain();
    expect(await periodsSent(user)).toEqual(["2026-W13"]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  // Its calls: what is due, the sums, the writing; then the queue.
  test.each([
    [1, "after"],
    [2, "after"],
    [3, "before"],
    [3, "after"],
  ] as const)(
    "by two ticks of which one is held at its call %i (%s) until the other is done",
    async (nth, when) => {
      const h = onThursday();
      const { user } = await givenFollower(h);
      h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
      const stopped = h.interrupts.stopAt(nth, when);
      const slow = sendSummaries(h.ctx);
      await stopped.reached;
      const fast = await sendSummaries(h.ctx);
      stopped.release();
      expect((await slow) + fast).toBe(1);
      await h.drain();
      expect(await periodsSent(user)).toEqual(["2026-W13"]);
      expect(h.expo.accepted).toHaveLength(1);
    },
  );

  test.each(["before", "after"] as const)("when D1 fails %s the commit", async (when) => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    h.meter.failNext(when);
    await sendSummaries(h.ctx);
    await h.drain();
    expect(await periodsSent(user)).toEqual(["2026-W13"]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("when D1 fails for good, by the next tick", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    h.meter.failNext("after", "D1_ERROR: timeout");
    await expect(sendSummaries(h.ctx)).rejects.toThrow("timeout");
    // It was committed: the wake-up call is lost, and the sweep makes up for it.
    await tickAt(h, "2026-03-30T06:01");
    await tickAt(h, "2026-03-30T06:03");
    await tickAt(h, "2026-03-30T06:05");
    expect(await periodsSent(user)).toEqual(["2026-W13"]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("after an outage of five weeks: of the last week alone, and then of the next", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    await tickAt(h, "2026-05-01T03:17");
    expect(await periodsSent(user)).toEqual(["2026-W17"]);
    await tickAt(h, "2026-05-01T03:18");
    await tickAt(h, "2026-05-04T05:59");
    expect(await periodsSent(user)).toEqual(["2026-W17"]);
    await tickAt(h, "2026-05-04T06:00");
    expect(await periodsSent(user)).toEqual(["2026-W17", "2026-W18"]);
  });
});

describe("a user who moves to another time zone", () => {
  const move = (h: Harness, user: string, timezone: string) =>
    h.request("PUT", `/api/v1/directory/users/${user}`, { body: { timezone } });

  test("gets the pending summary at 08:00 there", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    await move(h, user, "America/New_York");
    await tickAt(h, "2026-03-30T11:59");
    expect(await periodsSent(user)).toEqual([]);
    await tickAt(h, "2026-03-30T12:00");
    expect(await periodsSent(user)).toEqual(["2026-W13"]);
  });

  test("gets it at once, where that time has passed already", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T00:30:00Z"));
    await move(h, user, "Asia/Tokyo");
    await tickAt(h, "2026-03-30T00:31");
    expect(await periodsSent(user)).toEqual(["2026-W13"]);
  });

  test("gets no second summary of a week that goes on there", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    await tickAt(h, "2026-03-30T06:00");
    await move(h, user, "Pacific/Midway");
    for (const time of ["2026-03-30T06:01", "2026-03-30T19:00", "2026-04-06T18:59"]) await tickAt(h, time);
    expect(await periodsSent(user)).toEqual(["2026-W13"]);
    await tickAt(h, "2026-04-06T19:00");
    expect(await periodsSent(user)).toEqual(["2026-W13", "2026-W14"]);
  });

  test("while the job runs, gets the summary of the new zone from the next tick", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    const stopped = h.interrupts.stopAt(2, "after");
    const job = sendSummaries(h.ctx);
    await stopped.reached;
    await move(h, user, "America/New_York");
    stopped.release();
    expect(await job).toBe(0);
    await tickAt(h, "2026-03-30T11:59");
    expect(await periodsSent(user)).toEqual([]);
    await tickAt(h, "2026-03-30T12:00");
    expect(await periodsSent(user)).toEqual(["2026-W13"]);
  });
});
